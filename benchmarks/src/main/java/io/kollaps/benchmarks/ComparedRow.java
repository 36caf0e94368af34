package io.kollaps.benchmarks;

/**
 * One figure beside what it is compared with.
 *
 * @param what what was measured
 * @param reference what it is compared with
 * @param referenceIs where the reference comes from
 * @param measured the figure, a median where it was measured more than once
 * @param unit unit of both
 */
public record ComparedRow(
    String what, double reference, String referenceIs, double measured, String unit) {}
