package io.kollaps.fabric.userspace;

import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.overlay.TransitPaths;
import java.util.concurrent.atomic.AtomicLongArray;

/** What the overlay counts: the fabric's thread writes, any thread reads. */
final class OverlayCounters {
  static final int SENT = 0;
  static final int UNSENT = 1;
  static final int RECEIVED = 2;
  static final int FOREIGN = 3;
  static final int MALFORMED = 4;
  static final int UNDELIVERED = 5;
  static final int SOCKET_DROPPED = 6;
  private static final int COUNT = 7;

  private final AtomicLongArray counts = new AtomicLongArray(COUNT);

  /** Adds; by the one writer. */
  void add(int counter, long amount) {
    counts.setOpaque(counter, counts.getPlain(counter) + amount);
  }

  OverlayHealth health(TransitPaths.Excess excess) {
    return new OverlayHealth(
        counts.getOpaque(SENT),
        counts.getOpaque(UNSENT),
        counts.getOpaque(RECEIVED),
        counts.getOpaque(FOREIGN),
        counts.getOpaque(MALFORMED),
        counts.getOpaque(UNDELIVERED),
        counts.getOpaque(SOCKET_DROPPED),
        excess.count(),
        excess.largestExcessNanos());
  }
}
