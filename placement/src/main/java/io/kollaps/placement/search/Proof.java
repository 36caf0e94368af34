package io.kollaps.placement.search;

/**
 * Why no placement exists.
 *
 * @param reason one sentence for people
 * @param limit the limit that it rests on most, -1 for none
 */
public record Proof(String reason, int limit) {}
