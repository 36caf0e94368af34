package io.kollaps.fabric.kernel;

/**
 * How a kernel fabric works.
 *
 * @param seed where loss and jitter come from
 * @param mostPackets most packets on their way, all paths; what is beyond is dropped and counted as
 *     the fabric's own limit. The kernel's memory bounds it too: a packet takes its bytes and some
 *     hundred more, while it is on its way
 * @param countProcessorTime whether the kernel measures how long the programs run, which costs each
 *     run some ten nanoseconds
 */
public record KernelFabricOptions(long seed, int mostPackets, boolean countProcessorTime) {

  /** Seed 0, a million packets, processor time counted. */
  public static final KernelFabricOptions DEFAULT = new KernelFabricOptions(0, 1 << 20, true);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one is out of range
   */
  public KernelFabricOptions {
    if (mostPackets < 1) {
      throw new IllegalArgumentException("mostPackets must be at least 1, got " + mostPackets);
    }
  }

  /** The same with another seed. */
  public KernelFabricOptions withSeed(long newSeed) {
    return new KernelFabricOptions(newSeed, mostPackets, countProcessorTime);
  }

  /** The same with another bound of packets. */
  public KernelFabricOptions withMostPackets(int packets) {
    return new KernelFabricOptions(seed, packets, countProcessorTime);
  }

  /** The same with or without the measuring of processor time. */
  public KernelFabricOptions withProcessorTime(boolean counted) {
    return new KernelFabricOptions(seed, mostPackets, counted);
  }
}
