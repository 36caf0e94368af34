package io.kollaps.benchmarks.run;

import java.util.Map;
import java.util.Set;

/**
 * A stretch of a run in which the same flows send.
 *
 * @param number from 1
 * @param beginNanos offset at which a flow was asked to come or go
 * @param endNanos offset at which the next step begins
 * @param expected share of each flow in bits per second, by its name {@code from:to}
 * @param limited flows that want no more than they are expected to get: they may be granted more
 * @param changed the flow that came or went
 * @param came true when it came
 */
record SharingStep(
    int number,
    long beginNanos,
    long endNanos,
    Map<String, Double> expected,
    Set<String> limited,
    String changed,
    boolean came) {
  SharingStep {
    expected = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(expected));
    limited = Set.copyOf(limited);
  }
}
