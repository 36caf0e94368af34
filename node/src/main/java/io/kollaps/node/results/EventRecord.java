package io.kollaps.node.results;

import java.util.Optional;

/**
 * One event of the timeline and what became of it.
 *
 * @param plannedNanos offset at which it had to happen
 * @param actualNanos offset at which it was done
 * @param kind what happened, one word such as {@code join}, {@code crash}, {@code link-set}
 * @param subject the endpoint, bridge or link
 * @param detail what a person wants to know besides, may be empty
 * @param failure why it could not be done; empty when it was done
 */
public record EventRecord(
    long plannedNanos,
    long actualNanos,
    String kind,
    String subject,
    String detail,
    Optional<String> failure) {

  /** Actual minus planned time; negative when it came early. */
  public long latenessNanos() {
    return actualNanos - plannedNanos;
  }
}
