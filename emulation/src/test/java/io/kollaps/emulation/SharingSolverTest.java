package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SharingSolverTest {
  private static final long UNLIMITED = FlowTable.UNLIMITED;

  /** A random network and flows; some links and demands without limit, some links empty. */
  private record Case(FlowTable flows, long[] rates) {
    static Case random(SplittableRandom random) {
      int links = 1 + random.nextInt(12);
      long[] rates = new long[links];
      for (int link = 0; link < links; link++) {
        rates[link] = random.nextInt(8) == 0 ? UNLIMITED : 1 + random.nextLong(1_000_000_000L);
      }
      FlowTable flows = new FlowTable();
      int count = 1 + random.nextInt(20);
      for (int flow = 0; flow < count; flow++) {
        int[] crossed = random.ints(0, links).distinct().limit(1 + random.nextInt(links)).toArray();
        flows.add(flow, crossed, weight(random), demand(random), pathRate(rates, crossed));
      }
      return new Case(flows, rates);
    }

    static double weight(SplittableRandom random) {
      return random.nextInt(3) == 0 ? 1 : Math.pow(10, random.nextDouble(0, 4));
    }

    private static long demand(SplittableRandom random) {
      return random.nextInt(2) == 0 ? UNLIMITED : 1 + random.nextLong(200_000_000L);
    }

    private static long pathRate(long[] rates, int[] crossed) {
      return Arrays.stream(crossed).mapToLong(link -> rates[link]).min().orElseThrow();
    }

    SharingSolver solve() {
      SharingSolver solver = new SharingSolver(rates.length);
      solver.solve(flows, rates);
      return solver;
    }

    double used(SharingSolver solver, int link) {
      double used = 0;
      for (int flow = 0; flow < flows.size(); flow++) {
        used += crosses(flow, link) ? solver.share(flow) : 0;
      }
      return used;
    }

    boolean crosses(int flow, int link) {
      for (int hop = 0; hop < flows.hops(flow); hop++) {
        if (flows.link(flow, hop) == link) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * The definition of weighted max-min: nothing is over its capacity, and each flow has all it may
   * have or crosses a full link on which no flow has more for its weight.
   */
  @Test
  void shouldMeetTheDefinitionOfWeightedMaxMin() {
    for (long seed = 1; seed <= 4_000; seed++) {
      Case one = Case.random(new SplittableRandom(seed));
      SharingSolver solver = one.solve();
      for (int link = 0; link < one.rates.length; link++) {
        if (one.rates[link] != UNLIMITED) {
          assertThat(one.used(solver, link))
              .as("seed %d link %d", seed, link)
              .isLessThanOrEqualTo(one.rates[link] * (1 + 1e-9));
        }
      }
      for (int flow = 0; flow < one.flows.size(); flow++) {
        assertJustified(one, solver, flow, seed);
      }
    }
  }

  private static void assertJustified(Case one, SharingSolver solver, int flow, long seed) {
    double share = solver.share(flow);
    long limit =
        Math.min(one.flows.demandBitsPerSecond(flow), one.flows.pathRateBitsPerSecond(flow));
    int bottleneck = solver.bottleneck(flow);
    if (bottleneck < 0) {
      double expected = limit == UNLIMITED ? Double.POSITIVE_INFINITY : limit;
      assertThat(share).as("seed %d flow %d", seed, flow).isEqualTo(expected);
      return;
    }
    assertThat(one.crosses(flow, bottleneck)).as("seed %d flow %d", seed, flow).isTrue();
    assertThat(share).as("seed %d flow %d", seed, flow).isLessThanOrEqualTo(limit * (1 + 1e-9));
    double rate = one.rates[bottleneck];
    assertThat(one.used(solver, bottleneck))
        .as("seed %d", seed)
        .isCloseTo(rate, within(rate / 1e9));
    double level = share / one.flows.weight(flow);
    for (int other = 0; other < one.flows.size(); other++) {
      if (one.crosses(other, bottleneck)) {
        assertThat(solver.share(other) / one.flows.weight(other))
            .as("seed %d flow %d against %d", seed, flow, other)
            .isLessThanOrEqualTo(level * (1 + 1e-8));
      }
    }
  }

  /**
   * Another way to the same: raise a common level by bisection, link by link, and fix what is full.
   */
  @Test
  void shouldAgreeWithFillingByBisection() {
    for (long seed = 1; seed <= 1_000; seed++) {
      Case one = Case.random(new SplittableRandom(seed));
      SharingSolver solver = one.solve();
      double[] expected = fillByBisection(one);
      for (int flow = 0; flow < expected.length; flow++) {
        if (solver.share(flow) != Double.POSITIVE_INFINITY) {
          assertThat(solver.share(flow))
              .as("seed %d flow %d", seed, flow)
              .isCloseTo(expected[flow], within(1e-6 * expected[flow] + 1e-3));
        } else {
          assertThat(expected[flow]).as("seed %d flow %d", seed, flow).isGreaterThan(1e17);
        }
      }
    }
  }

  private static double[] fillByBisection(Case one) {
    int count = one.flows.size();
    double[] shares = new double[count];
    boolean[] fixed = new boolean[count];
    for (int left = count; left > 0; ) {
      double low = 0;
      double high = 1e18;
      for (int step = 0; step < 200; step++) {
        double middle = (low + high) / 2;
        if (feasible(one, at(one, shares, fixed, middle))) {
          low = middle;
        } else {
          high = middle;
        }
      }
      double[] full = at(one, shares, fixed, low);
      boolean any = false;
      for (int flow = 0; flow < count; flow++) {
        if (!fixed[flow] && (low > 9e17 || cannotGrow(one, full, flow))) {
          shares[flow] = full[flow];
          fixed[flow] = true;
          any = true;
          left--;
        }
      }
      assertThat(any).as("the reference must make progress").isTrue();
    }
    return shares;
  }

  private static double[] at(Case one, double[] shares, boolean[] fixed, double level) {
    double[] all = new double[shares.length];
    for (int flow = 0; flow < all.length; flow++) {
      long limit =
          Math.min(one.flows.demandBitsPerSecond(flow), one.flows.pathRateBitsPerSecond(flow));
      all[flow] = fixed[flow] ? shares[flow] : Math.min(limit, level * one.flows.weight(flow));
    }
    return all;
  }

  private static boolean feasible(Case one, double[] shares) {
    for (int link = 0; link < one.rates.length; link++) {
      if (one.rates[link] != UNLIMITED && usedOf(one, shares, link) > one.rates[link]) {
        return false;
      }
    }
    return true;
  }

  private static double usedOf(Case one, double[] shares, int link) {
    double used = 0;
    for (int flow = 0; flow < shares.length; flow++) {
      used += one.crosses(flow, link) ? shares[flow] : 0;
    }
    return used;
  }

  private static boolean cannotGrow(Case one, double[] shares, int flow) {
    long limit =
        Math.min(one.flows.demandBitsPerSecond(flow), one.flows.pathRateBitsPerSecond(flow));
    if (limit != UNLIMITED && shares[flow] >= limit * (1 - 1e-9)) {
      return true;
    }
    for (int hop = 0; hop < one.flows.hops(flow); hop++) {
      int link = one.flows.link(flow, hop);
      long rate = one.rates[link];
      if (rate != UNLIMITED && usedOf(one, shares, link) >= rate * (1 - 1e-9)) {
        return true;
      }
    }
    return false;
  }

  /** The newcomer's formula against solving with the newcomer added. */
  @Test
  void shouldGiveANewcomerWhatSolvingWithItGives() {
    for (long seed = 1; seed <= 4_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Case one = Case.random(random);
      SharingSolver solver = one.solve();
      LinkLevels levels = new LinkLevels(solver);
      levels.build(one.flows);
      int links = one.rates.length;
      int[] crossed = random.ints(0, links).distinct().limit(1 + random.nextInt(links)).toArray();
      double weight = Case.weight(random);
      double level = Double.POSITIVE_INFINITY;
      for (int link : crossed) {
        level = Math.min(level, levels.newcomerLevel(link, one.rates[link], weight));
      }
      int newcomer = one.flows.add(99, crossed, weight, UNLIMITED, UNLIMITED);
      double exact = one.solve().share(newcomer);
      if (exact == Double.POSITIVE_INFINITY) {
        assertThat(level).as("seed %d", seed).isEqualTo(exact);
      } else {
        assertThat(weight * level).as("seed %d", seed).isCloseTo(exact, within(1e-8 * exact));
      }
    }
  }

  @Test
  void shouldGiveTheSameAgainWithAUsedSolver() {
    SharingSolver used = new SharingSolver(20);
    for (long seed = 1; seed <= 200; seed++) {
      Case one = Case.random(new SplittableRandom(seed));
      SharingSolver fresh = one.solve();
      used.solve(one.flows, one.rates);
      for (int flow = 0; flow < one.flows.size(); flow++) {
        assertThat(used.share(flow)).as("seed %d", seed).isEqualTo(fresh.share(flow));
        assertThat(used.bottleneck(flow)).as("seed %d", seed).isEqualTo(fresh.bottleneck(flow));
      }
    }
  }

  @Test
  void shouldLeaveToOthersWhatAFlowDoesNotWant() {
    FlowTable flows = new FlowTable();
    flows.add(0, new int[] {0}, 1, 5_000_000, UNLIMITED);
    flows.add(1, new int[] {0}, 1, UNLIMITED, UNLIMITED);
    flows.add(2, new int[] {0}, 2, UNLIMITED, UNLIMITED);
    SharingSolver solver = new SharingSolver(1);
    solver.solve(flows, new long[] {50_000_000});
    assertThat(solver.shareBitsPerSecond(0)).isEqualTo(5_000_000);
    assertThat(solver.shareBitsPerSecond(1)).isEqualTo(15_000_000);
    assertThat(solver.shareBitsPerSecond(2)).isEqualTo(30_000_000);
    assertThat(solver.bottleneck(0)).isEqualTo(SharingSolver.DEMAND);
    assertThat(solver.bottleneck(1)).isZero();
  }

  @Test
  void shouldNotLimitAFlowOnUnlimitedLinks() {
    FlowTable flows = new FlowTable();
    flows.add(0, new int[] {0, 1}, 1, UNLIMITED, UNLIMITED);
    flows.add(1, new int[] {0}, 1, UNLIMITED, 7);
    flows.add(2, new int[] {2}, 1, UNLIMITED, UNLIMITED);
    SharingSolver solver = new SharingSolver(3);
    solver.solve(flows, new long[] {UNLIMITED, UNLIMITED, 0});
    assertThat(solver.shareBitsPerSecond(0)).isEqualTo(UNLIMITED);
    assertThat(solver.bottleneck(0)).isEqualTo(SharingSolver.NONE);
    assertThat(solver.shareBitsPerSecond(1)).isEqualTo(7);
    assertThat(solver.bottleneck(1)).isEqualTo(SharingSolver.PATH_RATE);
    assertThat(solver.shareBitsPerSecond(2)).isZero();
  }

  @Test
  void shouldRefuseWeightsAndDemandsOutOfRange() {
    FlowTable flows = new FlowTable();
    int[] links = {0};
    assertThatThrownBy(() -> flows.add(0, links, 0, 1, 1)).hasMessageContaining("weight");
    assertThatThrownBy(() -> flows.add(0, links, Double.NaN, 1, 1)).hasMessageContaining("weight");
    assertThatThrownBy(() -> flows.add(0, links, 1, -1, 1)).hasMessageContaining("demand");
    assertThat(flows.size()).isZero();
  }
}
