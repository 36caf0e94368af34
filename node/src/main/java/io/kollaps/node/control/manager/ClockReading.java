package io.kollaps.node.control.manager;

/**
 * How far a clock is from this machine's.
 *
 * @param offsetNanos its time minus this machine's
 * @param boundNanos how wrong that may be
 */
record ClockReading(long offsetNanos, long boundNanos) {}
