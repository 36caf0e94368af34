package io.kollaps.topology;

/**
 * A network element that runs nothing.
 *
 * @param name unique among services and bridges
 * @param position where it was declared
 */
public record Bridge(String name, SourcePosition position) {}
