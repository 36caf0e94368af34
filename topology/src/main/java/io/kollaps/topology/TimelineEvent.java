package io.kollaps.topology;

/**
 * Something that happens at an offset from the experiment's start.
 *
 * @param atNanos offset from the start, at least 0
 * @param action what happens
 * @param position where it was declared
 */
public record TimelineEvent(long atNanos, Action action, SourcePosition position) {}
