package io.kollaps.benchmarks.usage;

import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;

/** What the flows of a benchmark want over time. */
public enum UsagePattern {
  /** Nobody sends. */
  IDLE("idle"),
  /** All want all they can get from the first second on, as the clients of the paper. */
  GREEDY("greedy"),
  /** Greedy for 1 to 3 s, then silent for half a second to two, each flow at its own times. */
  COMING_AND_GOING("coming and going"),
  /** Limited by their applications: every 100 to 500 ms another rate, 0.2 to 1.6 fair shares. */
  FLUCTUATING("fluctuating"),
  /** About every fourth is greedy, so that the link is full; the others fluctuate. */
  MIXED("fluctuating beside greedy"),
  /** Bursts of 20 to 200 ms at twice the fair share, with pauses as long. */
  BURSTS("bursts");

  /** What a greedy flow wants. */
  static final double ALL = Double.POSITIVE_INFINITY;

  private static final long MILLI = 1_000_000L;
  private static final long START_NANOS = 1_000 * MILLI;

  private final String label;

  UsagePattern(String label) {
    this.label = label;
  }

  /** Its name for people. */
  public String label() {
    return label;
  }

  /**
   * What one flow wants: a function from the time in nanoseconds, asked with times that only grow,
   * to bits per second; {@link #ALL} for all it can get.
   *
   * @param fairBitsPerSecond an even share of the link
   * @param random the flow's own
   */
  LongToDoubleFunction wish(double fairBitsPerSecond, SplittableRandom random) {
    long start = random.nextLong(START_NANOS);
    return switch (this) {
      case IDLE -> nanos -> 0;
      case GREEDY -> nanos -> nanos < start ? 0 : ALL;
      case COMING_AND_GOING -> new Alternating(start, ALL, 1_000, 3_000, 500, 2_000, random);
      case FLUCTUATING -> new Fluctuating(start, fairBitsPerSecond, random);
      case MIXED ->
          random.nextInt(4) == 0
              ? nanos -> nanos < start ? 0 : ALL
              : new Fluctuating(start, fairBitsPerSecond / 2, random);
      case BURSTS -> new Alternating(start, 2 * fairBitsPerSecond, 20, 200, 20, 200, random);
    };
  }

  /** On and off for random times. */
  private static final class Alternating implements LongToDoubleFunction {
    private final double rate;
    private final long[] millis;
    private final SplittableRandom random;
    private boolean on;
    private long nextNanos;

    Alternating(
        long startNanos,
        double rate,
        long leastOn,
        long mostOn,
        long leastOff,
        long mostOff,
        SplittableRandom random) {
      this.rate = rate;
      this.random = random;
      millis = new long[] {leastOff, mostOff, leastOn, mostOn};
      nextNanos = startNanos;
    }

    @Override
    public double applyAsDouble(long nanos) {
      while (nanos >= nextNanos) {
        on = !on;
        int at = on ? 2 : 0;
        nextNanos += random.nextLong(millis[at], millis[at + 1]) * MILLI;
      }
      return on ? rate : 0;
    }
  }

  /** A rate that is drawn anew again and again. */
  private static final class Fluctuating implements LongToDoubleFunction {
    private final double mean;
    private final SplittableRandom random;
    private double rate;
    private long nextNanos;

    Fluctuating(long startNanos, double mean, SplittableRandom random) {
      this.mean = mean;
      this.random = random;
      nextNanos = startNanos;
    }

    @Override
    public double applyAsDouble(long nanos) {
      while (nanos >= nextNanos) {
        rate = mean * random.nextDouble(0.2, 1.6);
        nextNanos += random.nextLong(100, 500) * MILLI;
      }
      return rate;
    }
  }
}
