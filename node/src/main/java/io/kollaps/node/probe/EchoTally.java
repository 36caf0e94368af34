package io.kollaps.node.probe;

import io.kollaps.cluster.join.PathQuality;
import java.util.Arrays;
import java.util.Optional;

/** Counts echoes: each numbered datagram once, however often it comes back. */
final class EchoTally {
  private static final long NOT_BACK = -1;

  private final long[] sentNanos;
  private final long[] roundTripNanos;

  EchoTally(int datagrams) {
    sentNanos = new long[datagrams];
    roundTripNanos = new long[datagrams];
    Arrays.fill(roundTripNanos, NOT_BACK);
  }

  void sent(int number, long nowNanos) {
    sentNanos[number] = nowNanos;
  }

  void back(int number, long nowNanos) {
    if (number >= 0 && number < sentNanos.length && roundTripNanos[number] == NOT_BACK) {
      roundTripNanos[number] = Math.max(0, nowNanos - sentNanos[number]);
    }
  }

  /** True when all are back. */
  boolean complete() {
    return Arrays.stream(roundTripNanos).noneMatch(each -> each == NOT_BACK);
  }

  /** What they say; empty when none came back. */
  Optional<PathQuality> quality() {
    long[] back = Arrays.stream(roundTripNanos).filter(each -> each != NOT_BACK).toArray();
    if (back.length == 0) {
      return Optional.empty();
    }
    long differences = 0;
    for (int i = 1; i < back.length; i++) {
      differences += Math.abs(back[i] - back[i - 1]);
    }
    long[] sorted = back.clone();
    Arrays.sort(sorted);
    return Optional.of(
        new PathQuality(
            sorted[sorted.length / 2],
            back.length > 1 ? differences / (back.length - 1) : 0,
            1 - back.length / (double) roundTripNanos.length));
  }
}
