package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.Statistics;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Rates of byte counters over a window of time. */
public final class RateMeter {
  private static final long SAMPLE_NANOS = 5_000_000;
  private static final double BITS_PER_BYTE = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  private final double[] seconds;
  private final double[][] bits;

  private RateMeter(double[] seconds, double[][] bits) {
    this.seconds = seconds;
    this.bits = bits;
  }

  /**
   * Lets traffic settle, then reads the counters every 5 ms.
   *
   * @param counters bytes so far
   */
  public static RateMeter read(List<LongSupplier> counters, long settleNanos, long windowNanos)
      throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(settleNanos);
    int samples = (int) Math.max(2, windowNanos / SAMPLE_NANOS);
    double[] seconds = new double[samples];
    double[][] bits = new double[counters.size()][samples];
    long begin = System.nanoTime();
    for (int i = 0; i < samples; i++) {
      TimeUnit.NANOSECONDS.sleep(begin + i * SAMPLE_NANOS - System.nanoTime());
      seconds[i] = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      for (int c = 0; c < bits.length; c++) {
        bits[c][i] = counters.get(c).getAsLong() * BITS_PER_BYTE;
      }
    }
    return new RateMeter(seconds, bits);
  }

  /**
   * Bits per second of a counter over the whole window: the slope of a straight line through the
   * readings. What came while traffic settled does not count, nor does what is still queued at the
   * end.
   */
  public double rate(int counter) {
    return Statistics.slope(seconds, bits[counter]);
  }

  /**
   * Bits per second of a counter as the median over stretches of the window, each a straight line
   * of its own: short interruptions do not count.
   *
   * @param stretchNanos length of each; all of the window when it is shorter than two
   */
  public double medianRate(int counter, long stretchNanos) {
    int length = (int) (stretchNanos / SAMPLE_NANOS);
    int stretches = length < 2 ? 0 : seconds.length / length;
    if (stretches < 2) {
      return rate(counter);
    }
    double[] rates = new double[stretches];
    for (int i = 0; i < stretches; i++) {
      rates[i] =
          Statistics.slope(
              Arrays.copyOfRange(seconds, i * length, (i + 1) * length),
              Arrays.copyOfRange(bits[counter], i * length, (i + 1) * length));
    }
    return Statistics.median(rates);
  }

  /** As {@link #read}, then {@link #rate} of every counter. */
  public static double[] bitsPerSecond(
      List<LongSupplier> counters, long settleNanos, long windowNanos) throws InterruptedException {
    RateMeter meter = read(counters, settleNanos, windowNanos);
    double[] rates = new double[counters.size()];
    Arrays.setAll(rates, meter::rate);
    return rates;
  }
}
