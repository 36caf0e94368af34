package io.kollaps.node.results;

import io.kollaps.node.results.Verdict.Grade;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One node's part in a run of several parts.
 *
 * @param id identity of the node
 * @param name its name for people
 * @param grade what its part is worth; empty when its results are missing
 * @param end how its part ended; empty when its results are missing
 * @param durationNanos from the part's start to its end
 * @param startLatenessNanos actual minus planned start, on the node's own clock; empty when it
 *     never started
 * @param clockBoundNanos how far the node's idea of the planned start may be off the leader's
 * @param health the node's machinery
 * @param exchange what it told the other parts, and heard of them
 */
public record NodeResult(
    String id,
    String name,
    Optional<Grade> grade,
    Optional<RunEnd> end,
    long durationNanos,
    OptionalLong startLatenessNanos,
    long clockBoundNanos,
    HealthSummary health,
    ExchangeCounts exchange) {

  /** Of a node whose results are not there. */
  static NodeResult missing(PartFacts.Node node) {
    return new NodeResult(
        node.id(),
        node.name(),
        Optional.empty(),
        Optional.empty(),
        0,
        OptionalLong.empty(),
        0,
        HealthSummary.NONE,
        ExchangeCounts.NONE);
  }

  /** True when its results are there. */
  public boolean present() {
    return grade.isPresent();
  }

  /** Bytes a second that it sent to the other parts while its part ran; 0 when it never did. */
  public double sentBytesPerSecond() {
    return durationNanos <= 0 ? 0 : exchange.sentBytes() * 1e9 / durationNanos;
  }
}
