package io.kollaps.topology;

/**
 * What one direction of a link does to packets.
 *
 * @param latencyNanos one-way delay, at least 0
 * @param jitter random part of the delay
 * @param lossProbability chance that a packet is lost, in [0, 1]
 * @param rateBitsPerSecond capacity, at least 1; {@link #UNLIMITED_RATE} for none
 * @param framing what the rate counts
 * @param queueLimit how much may wait for the rate
 */
public record LinkProperties(
    long latencyNanos,
    Jitter jitter,
    double lossProbability,
    long rateBitsPerSecond,
    Framing framing,
    QueueLimit queueLimit) {

  /** A rate that never limits. */
  public static final long UNLIMITED_RATE = Long.MAX_VALUE;

  /** A link that changes nothing. */
  public static final LinkProperties IDEAL =
      new LinkProperties(0, Jitter.NONE, 0, UNLIMITED_RATE, Framing.IP, QueueLimit.DEFAULT);

  /** What a rate counts. */
  public enum Framing {
    /** The bytes of the IP packet. */
    IP,
    /** The IP packet and 38 bytes for each packet: Ethernet header, checksum, preamble and gap. */
    ETHERNET;

    /**
     * Bytes on an Ethernet wire beside the IP packet: 14 header, 4 checksum, 8 preamble, 12 gap
     * (IEEE 802.3).
     */
    public static final int ETHERNET_OVERHEAD_BYTES = 38;

    /** Bytes counted for a packet beside its IP bytes. */
    public int overheadBytes() {
      return this == ETHERNET ? ETHERNET_OVERHEAD_BYTES : 0;
    }
  }
}
