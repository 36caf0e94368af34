package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.UsageSink;
import java.util.Arrays;

/**
 * What an engine counted, for threads other than the engine's. Every value is read whole and grows
 * only, but values of one path are not of one instant: with packets passing, they may differ by the
 * packets of some microseconds. Without packets passing they agree.
 *
 * <p>Service is evaluated lazily: served bytes and backlog of a path may lag behind by up to its
 * latency unless the engine's thread calls {@link PathEngine#settle} before they are read.
 */
public final class EngineStatistics {
  static final int DELIVERED_BUFFERS = 0;
  static final int REFUSED_BUFFERS = 1;
  static final int UNROUTED = 2;
  static final int PATHLESS = 3;
  static final int LIMIT_DROPPED = 4;
  static final int COUNT = 5;

  private final PathTable paths;
  private final long[] totals;
  private long[][] reported = new long[0][];
  private long[] revisit = new long[0];
  private long lastReadNanos = Long.MIN_VALUE;

  EngineStatistics(PathTable paths, long[] totals) {
    this.paths = paths;
    this.totals = totals;
  }

  /** Buffers that receivers took; a super-packet counts once. */
  public long deliveredBuffers() {
    return PathTable.read(totals, DELIVERED_BUFFERS);
  }

  /** Buffers that a receiver's device refused; their wire packets count as cut on their paths. */
  public long refusedBuffers() {
    return PathTable.read(totals, REFUSED_BUFFERS);
  }

  /** Packets that are no IP packets, or to an address that no endpoint has. */
  public long unroutedPackets() {
    return PathTable.read(totals, UNROUTED);
  }

  /** Wire packets between two endpoints between which no path was ever set; no path counts them. */
  public long pathlessPackets() {
    return PathTable.read(totals, PATHLESS);
  }

  /** Wire packets dropped because the packet memory was used up, all paths. */
  public long limitDroppedPackets() {
    return PathTable.read(totals, LIMIT_DROPPED);
  }

  /** Totals of one path since it was first set; zeros for one that never was. */
  public PathCounters counters(int from, int to) {
    int path = paths.findShared(from, to);
    if (path == PathTable.NONE) {
      return PathCounters.ZERO;
    }
    long[] page = paths.sharedPage(path >> PathTable.PAGE_SHIFT);
    int base = PathTable.base(path);
    return new PathCounters(
        PathTable.read(page, base + PathTable.OFFERED_PACKETS),
        PathTable.read(page, base + PathTable.OFFERED_BYTES),
        PathTable.read(page, base + PathTable.DELIVERED_PACKETS),
        PathTable.read(page, base + PathTable.DELIVERED_BYTES),
        PathTable.read(page, base + PathTable.LOST),
        PathTable.read(page, base + PathTable.QUEUE_DROPPED),
        PathTable.read(page, base + PathTable.LIMIT_DROPPED),
        PathTable.read(page, base + PathTable.CUT));
  }

  /**
   * Tells the sink every path that served or dropped packets, or has a queue, since the last call.
   * Visits only paths with traffic. One thread at a time.
   *
   * @param nowNanos time of the reading, on the engine's clock
   */
  public synchronized void readUsage(long nowNanos, UsageSink sink) {
    int pages = paths.sharedPageCount();
    if (reported.length < pages) {
      reported = Arrays.copyOf(reported, pages);
      revisit = Arrays.copyOf(revisit, pages * PathTable.TOUCHED_WORDS);
    }
    for (int pageIndex = 0; pageIndex < pages; pageIndex++) {
      long[] page = paths.sharedPage(pageIndex);
      for (int word = 0; word < PathTable.TOUCHED_WORDS; word++) {
        int revisitIndex = pageIndex * PathTable.TOUCHED_WORDS + word;
        long touched = PathTable.takeTouched(page, word);
        // The engine may have counted just before its bit was taken and seen the bit still set: a
        // path is looked at once more at the next reading, when that count is surely visible.
        long visit = touched | revisit[revisitIndex];
        revisit[revisitIndex] = touched;
        for (; visit != 0; visit &= visit - 1) {
          int inPage = word * Long.SIZE + Long.numberOfTrailingZeros(visit);
          if (report(page, pageIndex, inPage, sink)) {
            revisit[revisitIndex] |= visit & -visit;
          }
        }
      }
    }
    lastReadNanos = nowNanos;
  }

  /** Reports one path if it has news; returns whether it has a queue. */
  private boolean report(long[] page, int pageIndex, int inPage, UsageSink sink) {
    int base = inPage * PathTable.STRIDE;
    long served = PathTable.read(page, base + PathTable.SERVED_BYTES);
    long dropped =
        PathTable.read(page, base + PathTable.LOST)
            + PathTable.read(page, base + PathTable.QUEUE_DROPPED)
            + PathTable.read(page, base + PathTable.LIMIT_DROPPED)
            + PathTable.read(page, base + PathTable.CUT);
    long since = PathTable.read(page, base + PathTable.BACKLOG_SINCE);
    boolean queued = since != Long.MAX_VALUE;
    long[] known = reported[pageIndex];
    if (known == null) {
      known = new long[2 * PathTable.PAGE_PATHS];
      reported[pageIndex] = known;
    }
    long newServed = served - known[2 * inPage];
    long newDropped = dropped - known[2 * inPage + 1];
    known[2 * inPage] = served;
    known[2 * inPage + 1] = dropped;
    if (newServed != 0 || newDropped != 0 || queued) {
      long ends = page[base + PathTable.ENDPOINTS];
      int pathId = (int) (ends >> 32) * paths.endpointCount() + (int) ends;
      sink.usage(pathId, newServed, newDropped, since <= lastReadNanos);
    }
    return queued;
  }
}
