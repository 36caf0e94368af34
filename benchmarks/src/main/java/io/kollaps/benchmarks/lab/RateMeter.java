package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.Statistics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Rates of byte counters over a window of time. */
public final class RateMeter {
  private static final long SAMPLE_NANOS = 5_000_000;
  private static final double BITS_PER_BYTE = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  private RateMeter() {}

  /**
   * Lets traffic settle, then reads the counters every 5 ms and fits a straight line through each
   * one's readings. What came while traffic settled does not count, nor does what is still queued
   * at the end.
   *
   * @param counters bytes so far
   * @return bits per second, one for each counter
   */
  public static double[] bitsPerSecond(
      List<LongSupplier> counters, long settleNanos, long windowNanos) throws InterruptedException {
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
    double[] rates = new double[bits.length];
    for (int c = 0; c < rates.length; c++) {
      rates[c] = Statistics.slope(seconds, bits[c]);
    }
    return rates;
  }
}
