package io.kollaps.fabric;

/**
 * Totals of one path. Packets are wire packets: a super-packet counts once for each of its
 * segments, with each segment's headers.
 *
 * @param offeredPackets packets that the sender gave
 * @param offeredBytes their IP bytes
 * @param deliveredPackets packets handed to the receiver
 * @param deliveredBytes their IP bytes
 * @param lostPackets dropped by the path's loss
 * @param queueDroppedPackets dropped because the queue was full
 * @param limitDroppedPackets dropped by a limit of the fabric itself (memory); a run with any is
 *     not trustworthy
 * @param cutPackets dropped because an endpoint was disconnected, gone, or the path does not exist
 */
public record PathCounters(
    long offeredPackets,
    long offeredBytes,
    long deliveredPackets,
    long deliveredBytes,
    long lostPackets,
    long queueDroppedPackets,
    long limitDroppedPackets,
    long cutPackets) {

  /** All zero. */
  public static final PathCounters ZERO = new PathCounters(0, 0, 0, 0, 0, 0, 0, 0);
}
