package io.kollaps.fabric.userspace;

/**
 * How a user-space fabric works.
 *
 * @param memoryBytes most memory for packets on their way; touched only as it is needed
 * @param seed where loss and jitter come from
 * @param realTime whether to ask for real-time priority; without the privilege the fabric runs with
 *     ordinary priority and says so in its health
 * @param spin whether the last microseconds before a departure are awaited awake, which makes
 *     departures punctual and costs processor time (bounded, see {@code DutyLimiter})
 * @param burstNanos a super-packet that would take longer than this at its path's rate is split
 *     into pieces that take at most this long
 */
public record UserSpaceFabricOptions(
    long memoryBytes, long seed, boolean realTime, boolean spin, long burstNanos) {

  /** Least memory: two megabytes for each size of packet that the engine tells apart. */
  public static final long MIN_MEMORY_BYTES = 16L << 20;

  /** Most memory. */
  public static final long MAX_MEMORY_BYTES = 1L << 38;

  /** 512 MiB, seed 0, real-time priority and spinning where allowed, bursts of 1 ms. */
  public static final UserSpaceFabricOptions DEFAULT =
      new UserSpaceFabricOptions(512L << 20, 0, true, true, 1_000_000);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one is out of range
   */
  public UserSpaceFabricOptions {
    if (memoryBytes < MIN_MEMORY_BYTES || memoryBytes > MAX_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memoryBytes must be in "
              + MIN_MEMORY_BYTES
              + " to "
              + MAX_MEMORY_BYTES
              + ", got "
              + memoryBytes);
    }
    if (burstNanos < 1) {
      throw new IllegalArgumentException("burstNanos must be at least 1, got " + burstNanos);
    }
  }

  /** The same with another seed. */
  public UserSpaceFabricOptions withSeed(long newSeed) {
    return new UserSpaceFabricOptions(memoryBytes, newSeed, realTime, spin, burstNanos);
  }

  /** The same with another bound of memory. */
  public UserSpaceFabricOptions withMemoryBytes(long newMemoryBytes) {
    return new UserSpaceFabricOptions(newMemoryBytes, seed, realTime, spin, burstNanos);
  }

  /** The same with or without real-time priority. */
  public UserSpaceFabricOptions withRealTime(boolean newRealTime) {
    return new UserSpaceFabricOptions(memoryBytes, seed, newRealTime, spin, burstNanos);
  }
}
