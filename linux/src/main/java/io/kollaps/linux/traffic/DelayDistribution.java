package io.kollaps.linux.traffic;

import java.util.function.DoubleUnaryOperator;

/**
 * A table from which netem draws the random part of a delay: each entry stands for the same
 * probability; 8192 stands for one standard deviation.
 */
public final class DelayDistribution {
  /** No table. */
  public static final DelayDistribution NONE = new DelayDistribution(new short[0]);

  /** Gaussian, with unit standard deviation, cut at some 3.5 deviations. */
  public static final DelayDistribution NORMAL = of(DelayDistribution::normalQuantile);

  /** Uniform, with unit standard deviation. */
  public static final DelayDistribution UNIFORM = of(p -> Math.sqrt(3) * (2 * p - 1));

  // 2 KB of kernel memory for each path with jitter; its error is corrected by the scaling below
  private static final int ENTRIES = 1024;
  private static final double SCALE = 8192; // NETEM_DIST_SCALE of linux/pkt_sched.h

  private final short[] table;

  private DelayDistribution(short[] table) {
    this.table = table;
  }

  private static DelayDistribution of(DoubleUnaryOperator quantile) {
    double[] values = new double[ENTRIES];
    double squares = 0;
    for (int i = 0; i < ENTRIES; i++) {
      values[i] = quantile.applyAsDouble((i + 0.5) / ENTRIES);
      squares += values[i] * values[i];
    }
    // midpoints of a distribution's slices vary a little less than the distribution itself
    double scale = SCALE / Math.sqrt(squares / ENTRIES);
    short[] table = new short[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      table[i] = (short) Math.round(values[i] * scale);
    }
    return new DelayDistribution(table);
  }

  /** By bisection of the distribution function; it runs once. */
  private static double normalQuantile(double probability) {
    double low = -8;
    double high = 8;
    while (high - low > 1e-9) {
      double middle = (low + high) / 2;
      if (normalDistribution(middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /**
   * Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004.
   */
  private static double normalDistribution(double x) {
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > 1e-17; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /** Whether it is no table. */
  public boolean isEmpty() {
    return table.length == 0;
  }

  /** The entries. */
  public short[] table() {
    return table.clone();
  }
}
