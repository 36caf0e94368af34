package io.kollaps.fabric;

/**
 * How well a fabric keeps its promises.
 *
 * @param deliveredPackets buffers handed to receivers (a super-packet counts once)
 * @param latenessP50Nanos median of actual minus planned departure
 * @param latenessP99Nanos 99th percentile
 * @param latenessMaxNanos worst
 * @param busyNanos processor time of the fabric's threads
 * @param limitDroppedPackets packets dropped by the fabric's own limits, all paths
 * @param deviceDroppedPackets packets that the kernel dropped before the fabric could read them, or
 *     refused on delivery; those of the overlay's socket and of the nodes' network as well
 * @param unroutedPackets packets to addresses that no endpoint has
 * @param realTime true when the fabric runs with real-time priority
 * @param rests number of short rests that the fabric took so that programs could run
 * @param overlay of the packets to and from other nodes
 */
public record FabricHealth(
    long deliveredPackets,
    long latenessP50Nanos,
    long latenessP99Nanos,
    long latenessMaxNanos,
    long busyNanos,
    long limitDroppedPackets,
    long deviceDroppedPackets,
    long unroutedPackets,
    boolean realTime,
    long rests,
    OverlayHealth overlay) {

  /** Of a fabric without an overlay. */
  public FabricHealth(
      long deliveredPackets,
      long latenessP50Nanos,
      long latenessP99Nanos,
      long latenessMaxNanos,
      long busyNanos,
      long limitDroppedPackets,
      long deviceDroppedPackets,
      long unroutedPackets,
      boolean realTime,
      long rests) {
    this(
        deliveredPackets,
        latenessP50Nanos,
        latenessP99Nanos,
        latenessMaxNanos,
        busyNanos,
        limitDroppedPackets,
        deviceDroppedPackets,
        unroutedPackets,
        realTime,
        rests,
        OverlayHealth.NONE);
  }
}
