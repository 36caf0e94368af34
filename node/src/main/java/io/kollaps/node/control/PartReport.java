package io.kollaps.node.control;

/**
 * What a node says of one of its parts.
 *
 * @param key which
 * @param state how far it is
 */
public record PartReport(PartKey key, PartState state) {}
