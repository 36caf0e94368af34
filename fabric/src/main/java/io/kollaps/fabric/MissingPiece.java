package io.kollaps.fabric;

/**
 * Something that a fabric needs and that was found not to work here, by trying it.
 *
 * @param piece short name, stable: for a piece of the kernel its usual one ({@code fq}, {@code
 *     netem}, {@code htb}, {@code clsact}, {@code cls_bpf}, {@code veth}), for a right what it is
 *     for ({@code bpf-rights})
 * @param detail what was tried and what came back
 */
public record MissingPiece(String piece, String detail) {}
