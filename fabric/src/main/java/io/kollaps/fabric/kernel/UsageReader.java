package io.kollaps.fabric.kernel;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.UsageSink;
import java.util.Arrays;

/**
 * Reads what paths did, from the shared memory alone. Only paths with news are visited: the
 * programs set a bit for each in the map {@code touched}.
 *
 * <p>The programs count bytes when they fix a packet's departure, which is up to the look-ahead
 * (some 12 ms) before the rate is through with it; what is still ahead is taken off here, so that
 * served bytes grow as the rate serves them.
 */
final class UsageReader {
  // RATE_SPLIT and LONGEST_BACKLOG as in path.c: the product fits 64 bits
  private static final long LONGEST_AHEAD = 1L << 33;

  private final PathTable paths;
  private final SharedArray touched;
  private final int endpointCount;
  private long[] revisit = new long[0];
  private long[] served = new long[0];
  private long[] dropped = new long[0];
  private long lastReadNanos = Long.MIN_VALUE;

  UsageReader(PathTable paths, SharedArray touched, int endpointCount) {
    this.paths = paths;
    this.touched = touched;
    this.endpointCount = endpointCount;
  }

  /** Tells the sink every path that served or dropped packets, or has a queue. */
  void read(long nowNanos, UsageSink sink) {
    int slots = paths.count();
    if (served.length < slots) {
      int room = Math.max(slots, 2 * served.length);
      served = Arrays.copyOf(served, room);
      dropped = Arrays.copyOf(dropped, room);
      revisit = Arrays.copyOf(revisit, (room + Long.SIZE - 1) / Long.SIZE);
    }
    for (int word = 0; word * Long.SIZE < slots; word++) {
      long news = touched.take(8L * word);
      // a program may have counted just before its bit was taken, and seen the bit still set: a
      // path is looked at once more at the next reading, when that count is surely visible
      long visit = news | revisit[word];
      revisit[word] = news;
      for (; visit != 0; visit &= visit - 1) {
        int slot = word * Long.SIZE + Long.numberOfTrailingZeros(visit);
        if (report(slot, nowNanos, sink)) {
          revisit[word] |= visit & -visit;
        }
      }
    }
    lastReadNanos = nowNanos;
  }

  /** Reports a path if it has news; returns whether it has a queue. */
  private boolean report(int slot, long now, UsageSink sink) {
    SharedArray chunk = paths.chunk(slot);
    long at = PathTable.at(slot);
    long next = chunk.get(at + PathLayout.NEXT);
    boolean queued = next > now || chunk.getInt(at + PathLayout.WAITING_PACKETS) != 0;
    long ahead = queued ? ahead(next - now, chunk.get(at + PathLayout.RATE)) : 0;
    // a rise of the rate makes what is ahead weigh more: nothing that was told is taken back
    long nowServed = Math.max(served[slot], chunk.get(at + PathLayout.COMMITTED_BYTES) - ahead);
    long nowDropped = dropped(chunk, at);
    long newServed = nowServed - served[slot];
    long newDropped = nowDropped - dropped[slot];
    served[slot] = nowServed;
    dropped[slot] = nowDropped;
    if (newServed != 0 || newDropped != 0 || queued) {
      int from = chunk.getShort(at + PathLayout.FROM);
      int to = chunk.getShort(at + PathLayout.TO);
      boolean throughout = queued && chunk.get(at + PathLayout.BUSY_SINCE) <= lastReadNanos;
      sink.usage(from * endpointCount + to, newServed, newDropped, throughout);
    }
    return queued;
  }

  /** Bytes that a rate serves in a time, rounded up: a packet counts when it is served whole. */
  static long ahead(long nanos, long rate) {
    if (nanos <= 0) {
      return 0;
    }
    long time = Math.min(nanos, LONGEST_AHEAD);
    return (long) Math.ceil((double) time * rate / PathLayout.WORK_PER_BYTE);
  }

  private static long dropped(SharedArray chunk, long at) {
    return chunk.get(at + PathLayout.LOST)
        + chunk.get(at + PathLayout.QUEUE_DROPPED)
        + Integer.toUnsignedLong(chunk.getInt(at + PathLayout.LIMIT_DROPPED))
        + chunk.get(at + PathLayout.CUT);
  }

  /** Totals of a path. */
  PathCounters counters(int slot) {
    SharedArray chunk = paths.chunk(slot);
    long at = PathTable.at(slot);
    return new PathCounters(
        chunk.get(at + PathLayout.OFFERED_PACKETS),
        chunk.get(at + PathLayout.OFFERED_BYTES),
        chunk.get(at + PathLayout.DELIVERED_PACKETS),
        chunk.get(at + PathLayout.DELIVERED_BYTES),
        chunk.get(at + PathLayout.LOST),
        chunk.get(at + PathLayout.QUEUE_DROPPED),
        Integer.toUnsignedLong(chunk.getInt(at + PathLayout.LIMIT_DROPPED)),
        chunk.get(at + PathLayout.CUT));
  }

  /** Packets that the fabric's own limits dropped, all paths. */
  long limitDropped() {
    long sum = 0;
    for (int slot = 0; slot < paths.count(); slot++) {
      SharedArray chunk = paths.chunk(slot);
      sum += Integer.toUnsignedLong(chunk.getInt(PathTable.at(slot) + PathLayout.LIMIT_DROPPED));
    }
    return sum;
  }
}
