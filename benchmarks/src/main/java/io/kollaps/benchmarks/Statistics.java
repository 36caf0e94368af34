package io.kollaps.benchmarks;

import java.util.Arrays;
import java.util.List;

/** The arithmetic of the benchmarks. */
public final class Statistics {
  /** Payload of a full TCP packet: 1500 bytes less 20 of IP, 20 of TCP and 12 of time stamps. */
  public static final int TCP_PAYLOAD_BYTES = 1448;

  /** Payload of a full UDP packet: 1500 bytes less 20 of IP and 8 of UDP. */
  public static final int UDP_PAYLOAD_BYTES = 1472;

  /** IP bytes of a full packet: the MTU of an endpoint. */
  public static final int MTU_BYTES = 1500;

  private static final double PERCENT = 100;

  private Statistics() {}

  /** Payload rate of full TCP packets at a rate that counts IP packets: 1448 / 1500 of it. */
  public static double idealTcpGoodput(double rateBitsPerSecond) {
    return rateBitsPerSecond * TCP_PAYLOAD_BYTES / MTU_BYTES;
  }

  /** Payload rate of full UDP packets at a rate that counts IP packets: 1472 / 1500 of it. */
  public static double idealUdpGoodput(double rateBitsPerSecond) {
    return rateBitsPerSecond * UDP_PAYLOAD_BYTES / MTU_BYTES;
  }

  /** How far a measured value is above (or below) the ideal one, in percent of the ideal one. */
  public static double errorPercent(double measured, double ideal) {
    return PERCENT * (measured - ideal) / ideal;
  }

  /**
   * The middle value; the mean of the two middle ones of an even number.
   *
   * @param values at least one, in any order
   */
  public static double median(double... values) {
    return quantile(0.5, values);
  }

  /** As {@link #median(double...)}. */
  public static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * A quantile, linear between neighbours (definition 7 of Hyndman and Fan, "Sample quantiles in
   * statistical packages", 1996).
   *
   * @param part 0 for the least value, 1 for the largest
   * @param values at least one, in any order
   * @throws IllegalArgumentException when there is no value
   */
  public static double quantile(double part, double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no value, so no quantile");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** Mean; 0 of nothing. */
  public static double mean(double... values) {
    return Arrays.stream(values).average().orElse(0);
  }

  /** Standard deviation of a sample (divided by n - 1); 0 of fewer than two. */
  public static double deviation(double... values) {
    if (values.length < 2) {
      return 0;
    }
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }

  /**
   * Median of the standard deviations of consecutive blocks: a moment in which the machine stood
   * still spoils one block, not the figure.
   *
   * @param blocks how many, each gets at least two values
   * @param values in the order measured
   */
  public static double blockDeviation(int blocks, double... values) {
    int length = values.length / blocks;
    if (length < 2) {
      return deviation(values);
    }
    double[] deviations = new double[blocks];
    for (int i = 0; i < blocks; i++) {
      deviations[i] = deviation(Arrays.copyOfRange(values, i * length, (i + 1) * length));
    }
    return median(deviations);
  }

  /**
   * Mean of the squared differences.
   *
   * @param measured at least one
   * @param ideal as many
   */
  public static double meanSquaredError(double[] measured, double[] ideal) {
    if (measured.length != ideal.length || measured.length == 0) {
      throw new IllegalArgumentException(
          measured.length + " measured values for " + ideal.length + " ideal ones");
    }
    double sum = 0;
    for (int i = 0; i < measured.length; i++) {
      sum += (measured[i] - ideal[i]) * (measured[i] - ideal[i]);
    }
    return sum / measured.length;
  }

  /**
   * Slope of the straight line with the least squared distances in y. Of a counter that grows in
   * steps it is nearer to the true rate than the quotient of two readings, whose error is a whole
   * step.
   *
   * @param x at least two different values
   * @param y as many
   */
  public static double slope(double[] x, double[] y) {
    double meanX = mean(x);
    double meanY = mean(y);
    double products = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      products += (x[i] - meanX) * (y[i] - meanY);
      squares += (x[i] - meanX) * (x[i] - meanX);
    }
    if (squares == 0) {
      throw new IllegalArgumentException("a slope takes two different places");
    }
    return products / squares;
  }

  /** Standard deviation, in percent, of the share of lost packets when each is lost by chance. */
  public static double lossSigmaPercent(double probability, long packets) {
    return PERCENT * Math.sqrt(probability * (1 - probability) / packets);
  }
}
