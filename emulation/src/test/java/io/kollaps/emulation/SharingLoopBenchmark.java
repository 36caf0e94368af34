package io.kollaps.emulation;

import io.kollaps.emulation.CoreEvent.EpochBegan;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreEvent.UsageRead;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.Paths;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Measures what the loop costs for each period in processor time; not a test. Steady: usages as
 * granted. Churning: in each period a tenth of the flows is silent for good and as many others
 * begin.
 */
final class SharingLoopBenchmark {
  private static final long PERIOD = 25_000_000L;
  private static final int PERIODS = 120;

  private SharingLoopBenchmark() {}

  /** Runs all cases. */
  public static void main(String[] arguments) {
    measure("6 flows, 132 paths", TestNetwork.published(), 6);
    measure("200 flows, 9 900 paths", SharingLoopSimulationTest.starOfStars(100, 10, 1), 200);
    Paths large = SharingLoopSimulationTest.starOfStars(500, 20, 1);
    PathTable table = null;
    for (int round = 0; round < 3; round++) {
      long began = cpuNanos();
      table = PathTable.of(large, endpoint -> true, SharingWeights.RTT);
      System.out.printf("table of 249 500 paths: %.1f ms%n", since(began));
    }
    measure("6 flows, 249 500 paths", table, 6);
    measure("5 000 flows, 249 500 paths", table, 5_000);
    solve(200, 100, 10);
    solve(5_000, 500, 20);
  }

  /** Processor time of this thread: other work on the machine does not count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double since(long began) {
    return (cpuNanos() - began) / 1e6;
  }

  private static void measure(String what, Paths paths, int flows) {
    run(what + " (warm-up)", paths, flows, false);
    run(what + ", steady", paths, flows, false);
    run(what + ", churning", paths, flows, true);
  }

  private static void run(String what, Paths paths, int flows, boolean churn) {
    SplittableRandom random = new SplittableRandom(1);
    EmulationCore core =
        new EmulationCore(CoreSettings.DEFAULT, SharingWeights.RTT, 0, endpoint -> true);
    long began = cpuNanos();
    core.handle(new EpochBegan(0, paths));
    double begin = since(began);
    List<Integer> active = new ArrayList<>();
    double[] millis = new double[PERIODS];
    for (int period = 0; period < PERIODS; period++) {
      if (churn && period > 0) {
        active.subList(0, Math.max(1, flows / 10)).clear();
      }
      Set<Integer> known = new HashSet<>(active);
      while (active.size() < flows) {
        int from = random.nextInt(paths.endpointCount());
        int to = random.nextInt(paths.endpointCount());
        if (from != to && !known.contains(paths.pathId(from, to))) {
          active.add(paths.pathId(from, to));
          known.add(paths.pathId(from, to));
        }
      }
      List<PathUsage> usages = new ArrayList<>();
      for (int path : active) {
        usages.add(new PathUsage(path, core.grantBitsPerSecond(path) / 320 + 1, false));
      }
      UsageRead event = new UsageRead((period + 1) * PERIOD, PERIOD, usages);
      began = cpuNanos();
      core.handle(event);
      millis[period] = since(began);
    }
    began = cpuNanos();
    core.handle(new EpochBegan((PERIODS + 1) * PERIOD, paths));
    double epoch = since(began);
    double first = millis[0];
    double[] rest = Arrays.copyOfRange(millis, 1, PERIODS);
    Arrays.sort(rest);
    System.out.printf(
        "%-38s begin %7.2f, first period %6.2f, median %6.3f, p99 %6.2f, next epoch %6.2f ms%n",
        what, begin, first, rest[rest.length / 2], rest[rest.length * 99 / 100], epoch);
  }

  private static void solve(int count, int endpoints, int groups) {
    TestNetwork network = SharingLoopSimulationTest.starOfStars(endpoints, groups, 1);
    SplittableRandom random = new SplittableRandom(1);
    FlowTable flows = new FlowTable();
    while (flows.size() < count) {
      int from = random.nextInt(endpoints);
      int to = random.nextInt(endpoints);
      if (from != to) {
        long demand = random.nextBoolean() ? FlowTable.UNLIMITED : random.nextLong(50_000_000L);
        double weight = FlowWeights.of(SharingWeights.RTT, network.roundTripNanos(from, to));
        flows.add(0, network.links(from, to), weight, demand, FlowTable.UNLIMITED);
      }
    }
    long[] rates = new long[network.linkCount()];
    Arrays.setAll(rates, network::linkRateBitsPerSecond);
    SharingSolver solver = new SharingSolver(rates.length);
    double[] millis = new double[1_000];
    for (int round = 0; round < millis.length; round++) {
      long began = cpuNanos();
      solver.solve(flows, rates);
      millis[round] = since(began);
    }
    Arrays.sort(millis);
    System.out.printf(
        "solver: %d flows on %d link directions: median %.3f ms%n",
        count, rates.length, millis[millis.length / 2]);
  }
}
