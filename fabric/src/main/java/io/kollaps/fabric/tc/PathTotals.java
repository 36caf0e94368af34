package io.kollaps.fabric.tc;

import io.kollaps.fabric.PathCounters;
import io.kollaps.linux.traffic.TrafficStatistics;

/**
 * What a path did, put together from the counters of its netem and its queue, which start anew
 * whenever they are made anew.
 */
final class PathTotals {
  private long deliveredPackets;
  private long deliveredBytes;
  private long lostPackets;
  private long queueDroppedPackets;
  private long limitDroppedPackets;
  private long cutPackets;
  private long waitingPackets;
  private long waitingBytes;

  // as last read
  private long delayLinePackets;
  private long delayLineBytes;
  private int queueDrops;
  private int otherDrops;

  // since the last report of usage
  private long reportedBytes;
  private long reportedPackets;
  private long reportedDrops;
  private boolean queueWaited;
  private boolean queueWaits;

  /** The disciplines are new, and count from zero. */
  void restart() {
    delayLinePackets = 0;
    delayLineBytes = 0;
    queueDrops = 0;
    otherDrops = 0;
    waitingPackets = 0;
    waitingBytes = 0;
    queueWaits = false;
  }

  /**
   * Takes in both counters. What the delay line dropped beside what its queue did was lost, or was
   * too much for it, or came while the path was cut. A packet may be dropped between the reading of
   * the one and of the other: the difference is only followed upwards, and is right again at the
   * next reading.
   *
   * @param loses whether the path has a loss
   * @param open whether it was not cut since the last reading
   */
  void read(TrafficStatistics line, TrafficStatistics queue, boolean loses, boolean open) {
    deliveredPackets += line.packets() - delayLinePackets;
    deliveredBytes += line.bytes() - delayLineBytes;
    // modulo 2^32, as the counters
    queueDroppedPackets += Integer.toUnsignedLong(queue.drops() - queueDrops);
    int others = line.drops() - queue.drops();
    int dropped = Math.max(0, others - otherDrops);
    delayLinePackets = line.packets();
    delayLineBytes = line.bytes();
    queueDrops = queue.drops();
    otherDrops += dropped;
    waitingPackets = line.waitingPackets();
    waitingBytes = Integer.toUnsignedLong(line.waitingBytes());
    queueWaits = queue.waitingPackets() > 0;
    if (!open) {
      cutPackets += dropped;
    } else if (loses) {
      lostPackets += dropped;
    } else {
      limitDroppedPackets += dropped;
    }
  }

  PathCounters counters() {
    long dropped = lostPackets + queueDroppedPackets + limitDroppedPackets + cutPackets;
    return new PathCounters(
        deliveredPackets + dropped + waitingPackets,
        deliveredBytes + waitingBytes,
        deliveredPackets,
        deliveredBytes,
        lostPackets,
        queueDroppedPackets,
        limitDroppedPackets,
        cutPackets);
  }

  long deliveredPackets() {
    return deliveredPackets;
  }

  long limitDroppedPackets() {
    return limitDroppedPackets;
  }

  /** Bytes that were served since the last report, with so many for each packet. */
  long takeServedBytes(int overheadBytes) {
    long bytes = deliveredBytes - reportedBytes;
    long packets = deliveredPackets - reportedPackets;
    reportedBytes = deliveredBytes;
    reportedPackets = deliveredPackets;
    return bytes + packets * overheadBytes;
  }

  /** Packets that were dropped since the last report. */
  long takeDroppedPackets() {
    long all = lostPackets + queueDroppedPackets + limitDroppedPackets + cutPackets;
    long dropped = all - reportedDrops;
    reportedDrops = all;
    return dropped;
  }

  /** Whether packets waited for the rate now and at the last report. */
  boolean takeBacklogged() {
    boolean both = queueWaits && queueWaited;
    queueWaited = queueWaits;
    return both;
  }
}
