package io.kollaps.node.control.manager;

/** When to tell the leader what this node has: at once when it changed, again until it is heard. */
final class Reporting {
  private final long repeatNanos;
  private final long refreshNanos;
  private boolean changed = true;
  private long sequence;
  private long wantedSequence;
  private long heardSequence;
  private boolean sent;
  private long sentNanos;

  Reporting(long repeatNanos, long refreshNanos) {
    this.repeatNanos = repeatNanos;
    this.refreshNanos = refreshNanos;
  }

  /** Something is another than in the last report. */
  void changed() {
    changed = true;
  }

  /** The leader has heard a report. */
  void heard(long reportSequence) {
    heardSequence = Math.max(heardSequence, Math.min(reportSequence, sequence));
  }

  boolean due(long nowNanos, boolean hasParts) {
    long silent = nowNanos - sentNanos;
    return changed
        || !sent
        || (heardSequence < wantedSequence && silent >= repeatNanos)
        || (hasParts && silent >= refreshNanos);
  }

  /** Number of the report that is made now. */
  long next(long nowNanos) {
    sequence++;
    if (changed) {
      wantedSequence = sequence;
      changed = false;
    }
    sent = true;
    sentNanos = nowNanos;
    return sequence;
  }
}
