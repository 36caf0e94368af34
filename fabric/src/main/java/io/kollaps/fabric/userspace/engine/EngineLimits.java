package io.kollaps.fabric.userspace.engine;

/**
 * Bounds of an engine's behaviour.
 *
 * @param burstNanos a super-packet whose service would take longer than this at the rate it meets
 *     is split into pieces that take at most this long (or one segment each); {@link
 *     #UNBOUNDED_BURST} to keep super-packets whole
 * @param fullPacketBytes IP bytes of a full packet of endpoints of which nothing else is known: two
 *     of them fit into every queue
 */
public record EngineLimits(long burstNanos, int fullPacketBytes) {

  /** Never split for smoothness. */
  public static final long UNBOUNDED_BURST = Long.MAX_VALUE;

  /** Bursts of 1 ms, full packets of 1500 bytes (the usual MTU). */
  public static final EngineLimits DEFAULT = new EngineLimits(1_000_000, 1500);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one is not positive, or a full packet larger than 65535
   */
  public EngineLimits {
    if (burstNanos < 1) {
      throw new IllegalArgumentException("burstNanos must be at least 1, got " + burstNanos);
    }
    checkedFullPacket(fullPacketBytes);
  }

  static int checkedFullPacket(int bytes) {
    if (bytes < 1 || bytes > 65_535) {
      throw new IllegalArgumentException("fullPacketBytes must be in 1 to 65535, got " + bytes);
    }
    return bytes;
  }
}
