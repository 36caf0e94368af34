package io.kollaps.fabric;

/**
 * What an overlay carried, and what it did not.
 *
 * @param sentPackets wire packets given to the nodes' network
 * @param unsentPackets wire packets that this machine's network did not take
 * @param receivedPackets wire packets of other nodes handed to endpoints
 * @param foreignDatagrams datagrams dropped because their sender is no peer, or their VNI not the
 *     run's
 * @param malformedDatagrams datagrams dropped because they are not VXLAN, cut short or too long
 * @param undeliveredPackets packets of peers dropped because their destination is no endpoint of
 *     this node, or not there now
 * @param socketDroppedDatagrams datagrams that the kernel dropped because the socket's buffer was
 *     full
 * @param pathsBelowTransit paths whose latency is less than what their packets take by themselves:
 *     they are late by the difference
 * @param largestExcessNanos largest such difference
 */
public record OverlayHealth(
    long sentPackets,
    long unsentPackets,
    long receivedPackets,
    long foreignDatagrams,
    long malformedDatagrams,
    long undeliveredPackets,
    long socketDroppedDatagrams,
    int pathsBelowTransit,
    long largestExcessNanos) {

  /** Of a fabric without an overlay. */
  public static final OverlayHealth NONE = new OverlayHealth(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
