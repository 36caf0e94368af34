package io.kollaps.benchmarks.fabric;

import java.util.List;

/**
 * How long and how often is measured.
 *
 * @param repetitions of everything that is not slow by nature; medians are given
 * @param slowRates rates at which a window must hold enough packets; all at once
 * @param fastRates one after the other
 * @param udpRates one after the other
 * @param slowSettleNanos before the window of the slow rates
 * @param slowWindowNanos window of the slow rates
 * @param settleNanos before all other windows
 * @param windowNanos all other windows
 * @param echoes for each latency
 * @param jitterEchoes for each distribution
 * @param jitterIntervalNanos from one of them to the next
 * @param lossPackets for each probability
 * @param lossPacketsPerSecond how fast they are sent
 * @param manyEndpoints endpoints of the measurement of many paths
 * @param throughput whether unshaped traffic is measured beside veth pairs
 */
record FabricPlan(
    int repetitions,
    List<Long> slowRates,
    List<Long> fastRates,
    List<Long> udpRates,
    long slowSettleNanos,
    long slowWindowNanos,
    long settleNanos,
    long windowNanos,
    int echoes,
    int jitterEchoes,
    long jitterIntervalNanos,
    long lossPackets,
    double lossPacketsPerSecond,
    int manyEndpoints,
    boolean throughput) {
  private static final long KILO = 1_000;
  private static final long MEGA = 1_000_000;
  private static final long GIGA = 1_000_000_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final List<Long> SLOW = List.of(128 * KILO, MEGA, 10 * MEGA);

  /** About four minutes. */
  static final FabricPlan FULL =
      new FabricPlan(
          3,
          SLOW,
          List.of(100 * MEGA, 500 * MEGA, GIGA, 5 * GIGA),
          List.of(100 * MEGA, 500 * MEGA),
          4 * SECOND,
          30 * SECOND,
          1500 * MILLI,
          3 * SECOND,
          300,
          20_000,
          MILLI,
          40_000,
          4_000,
          500,
          true);

  /**
   * About two minutes: what a machine with one slow processor can measure, as the test kernel is.
   * There UDP above 10 Mbit/s and TCP above 100 Mbit/s measure the machine, and a system call takes
   * so long that packets must be fewer.
   */
  static final FabricPlan SMALL =
      new FabricPlan(
          3,
          SLOW,
          List.of(100 * MEGA),
          List.of(),
          4 * SECOND,
          20 * SECOND,
          1500 * MILLI,
          3 * SECOND,
          100,
          4_000,
          4 * MILLI,
          10_000,
          1_000,
          100,
          false);

  /** About half a minute: every kind of figure, coarse. */
  static final FabricPlan QUICK =
      new FabricPlan(
          1,
          SLOW,
          List.of(100 * MEGA, GIGA),
          List.of(100 * MEGA),
          2 * SECOND,
          5 * SECOND,
          1500 * MILLI,
          900 * MILLI,
          50,
          1_500,
          MILLI,
          4_000,
          4_000,
          50,
          true);
}
