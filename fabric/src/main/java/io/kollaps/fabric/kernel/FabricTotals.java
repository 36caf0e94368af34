package io.kollaps.fabric.kernel;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.bpf.BpfMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the programs counted that belongs to no path, all processors together.
 *
 * @param deliveredBuffers packets handed over; a super-packet counts once
 * @param unroutedPackets packets to addresses that no endpoint has
 * @param pathlessPackets wire packets between endpoints between which no path was ever set
 * @param contendedLocks packets for which a path's lock was not to be had in time
 * @param recirculations how often a waiting packet was looked at
 * @param latenessP50Nanos median of delivery after the planned departure
 * @param latenessP99Nanos 99th percentile
 * @param latenessMaxNanos worst
 * @param sentPackets wire packets to other nodes
 * @param receivedPackets wire packets from other nodes
 * @param foreignDatagrams datagrams that are not of a peer, or of another run
 * @param malformedDatagrams datagrams that hold no packet
 * @param undeliveredPackets packets of peers to nobody here
 */
record FabricTotals(
    long deliveredBuffers,
    long unroutedPackets,
    long pathlessPackets,
    long contendedLocks,
    long recirculations,
    long latenessP50Nanos,
    long latenessP99Nanos,
    long latenessMaxNanos,
    long sentPackets,
    long receivedPackets,
    long foreignDatagrams,
    long malformedDatagrams,
    long undeliveredPackets) {
  private static final int SUB_BUCKETS_SHIFT = 3;
  private static final int SUB_BUCKETS = 1 << SUB_BUCKETS_SHIFT;

  /** Before any packet. */
  static final FabricTotals NONE = new FabricTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Reads them. */
  static FabricTotals read(BpfMap map) throws LinuxException {
    int processors = possibleProcessors();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate((long) processors * PathLayout.TOTALS_BYTES, 8);
      map.get(new byte[Integer.BYTES], values);
      long[] sums = new long[PathLayout.TOTALS_BYTES / Long.BYTES];
      long max = 0;
      for (int processor = 0; processor < processors; processor++) {
        long at = (long) processor * PathLayout.TOTALS_BYTES;
        for (int i = 0; i < sums.length; i++) {
          sums[i] += values.get(ValueLayout.JAVA_LONG, at + (long) i * Long.BYTES);
        }
        max = Math.max(max, values.get(ValueLayout.JAVA_LONG, at + PathLayout.TOTALS_LATENESS_MAX));
      }
      return new FabricTotals(
          sums[PathLayout.TOTALS_DELIVERED / Long.BYTES],
          sums[PathLayout.TOTALS_UNROUTED / Long.BYTES],
          sums[PathLayout.TOTALS_PATHLESS / Long.BYTES],
          sums[PathLayout.TOTALS_CONTENDED / Long.BYTES],
          sums[PathLayout.TOTALS_RECIRCULATED / Long.BYTES],
          quantile(sums, 0.5, max),
          quantile(sums, 0.99, max),
          max,
          sums[PathLayout.TOTALS_SENT / Long.BYTES],
          sums[PathLayout.TOTALS_RECEIVED / Long.BYTES],
          sums[PathLayout.TOTALS_FOREIGN / Long.BYTES],
          sums[PathLayout.TOTALS_MALFORMED / Long.BYTES],
          sums[PathLayout.TOTALS_UNDELIVERED / Long.BYTES]);
    }
  }

  private static long quantile(long[] sums, double share, long max) {
    int first = PathLayout.TOTALS_LATENESS / Long.BYTES;
    long total = 0;
    for (int i = 0; i < PathLayout.BUCKETS; i++) {
      total += sums[first + i];
    }
    long wanted = Math.max(1, (long) Math.ceil(total * share));
    long seen = 0;
    for (int i = 0; i < PathLayout.BUCKETS; i++) {
      seen += sums[first + i];
      if (seen >= wanted) {
        return Math.min(max, upperBound(i));
      }
    }
    return max;
  }

  /** Largest lateness in a bucket, see bucket() in path.c. */
  static long upperBound(int bucket) {
    if (bucket < SUB_BUCKETS) {
      return bucket;
    }
    int shift = (bucket >> SUB_BUCKETS_SHIFT) - 1;
    long mantissa = (bucket & (SUB_BUCKETS - 1)) + (long) SUB_BUCKETS;
    return ((mantissa + 1) << shift) - 1;
  }

  /** The kernel keeps a copy for every processor that there could ever be. */
  private static int possibleProcessors() {
    try {
      String ranges = Files.readString(Path.of("/sys/devices/system/cpu/possible")).strip();
      return Integer.parseInt(ranges.substring(ranges.lastIndexOf('-') + 1)) + 1;
    } catch (IOException | NumberFormatException e) {
      // without the file there is one processor; a range that is not one is a defect of the kernel
      return 1;
    }
  }
}
