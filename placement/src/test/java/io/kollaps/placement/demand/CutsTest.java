package io.kollaps.placement.demand;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CutsTest {
  private static final int CASES = 150;
  private static final int CHANGES = 40;

  private static CutDemand across(Graphs graphs, int... inside) {
    BitSet set = new BitSet();
    Arrays.stream(inside).forEach(set::set);
    return graphs.network().across(set);
  }

  /** Figure 7 of the thesis: PT1 and PT2 share the link to PT3. */
  @Test
  void shouldAskForTheSharedLinkOnce() {
    Graphs graphs =
        Graphs.symmetric(
            3,
            5,
            new long[] {0, 3, 80},
            new long[] {1, 3, 80},
            new long[] {3, 4, 70},
            new long[] {4, 2, 70});

    assertThat(graphs.network().isTree()).isTrue();
    assertThat(across(graphs, 0)).isEqualTo(new CutDemand(80, 80));
    assertThat(across(graphs, 1)).isEqualTo(new CutDemand(80, 80));
    assertThat(across(graphs, 2)).isEqualTo(new CutDemand(70, 70));
  }

  /** Figure 9 of the thesis: the same capacities between pairs, but a link for each pair. */
  @Test
  void shouldAskForSeparateLinksTogether() {
    Graphs graphs =
        Graphs.symmetric(3, 3, new long[] {0, 1, 80}, new long[] {0, 2, 70}, new long[] {1, 2, 70});

    assertThat(graphs.network().isTree()).isFalse();
    assertThat(across(graphs, 0)).isEqualTo(new CutDemand(150, 150));
    assertThat(across(graphs, 1)).isEqualTo(new CutDemand(150, 150));
    assertThat(across(graphs, 2)).isEqualTo(new CutDemand(140, 140));
  }

  @Test
  void shouldCountEndpointsThatOnlyHaveEachOther() {
    Graphs graphs = Graphs.symmetric(3, 3, new long[] {0, 1, 80});

    assertThat(across(graphs, 0)).isEqualTo(new CutDemand(80, 80));
    assertThat(across(graphs, 2)).isEqualTo(new CutDemand(0, 0));
  }

  @Test
  void shouldTakeTheLargestOfAllEpochs() {
    long[][] early = new long[3][3];
    early[0][2] = early[2][0] = 10;
    early[1][2] = early[2][1] = 50;
    long[][] late = new long[3][3];
    late[0][2] = late[2][0] = 40;
    late[1][2] = late[2][1] = 5;

    // The largest rates together would let 40 flow; at no time do they hold together.
    assertThat(across(Graphs.of(2, java.util.List.of(early, late)), 0))
        .isEqualTo(new CutDemand(10, 10));
  }

  @Test
  void shouldAgreeWithAnotherMaxFlowOnTrees() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      compare(Graphs.randomForest(random, 2 + random.nextInt(8), seed % 3 != 0), random, seed);
    }
  }

  @Test
  void shouldAgreeWithAnotherMaxFlowOnGraphsWithCycles() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      compare(Graphs.randomGraph(random, 2 + random.nextInt(8)), random, seed);
    }
  }

  private static void compare(Graphs graphs, SplittableRandom random, int seed) {
    int endpoints = graphs.network().endpointCount();
    for (byte initial : new byte[] {Cuts.OUTSIDE, Cuts.FREE}) {
      Cuts cuts = graphs.network().cuts(2, initial);
      byte[][] side = new byte[2][endpoints];
      Arrays.fill(side[0], initial);
      Arrays.fill(side[1], initial);
      for (int change = 0; change < CHANGES; change++) {
        int set = random.nextInt(2);
        int endpoint = random.nextInt(endpoints);
        byte after = (byte) random.nextInt(3);
        cuts.change(set, endpoint, side[set][endpoint], after);
        side[set][endpoint] = after;
        String what = "seed " + seed + " change " + change + " sides " + Arrays.toString(side[set]);
        assertThat(cuts.outBitsPerSecond(set))
            .as(what)
            .isEqualTo(graphs.flow(side[set], Cuts.INSIDE, Cuts.OUTSIDE));
        assertThat(cuts.inBitsPerSecond(set))
            .as(what)
            .isEqualTo(graphs.flow(side[set], Cuts.OUTSIDE, Cuts.INSIDE));
      }
    }
  }

  @Test
  void shouldNeverBeAboveTheBoundByAccessLinks() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Graphs graphs = Graphs.randomForest(random, 2 + random.nextInt(8), true);
      Cuts bound = new AccessCuts(graphs.network(), 1);
      BitSet inside = new BitSet();
      for (int endpoint = 0; endpoint < graphs.network().endpointCount(); endpoint++) {
        if (random.nextBoolean()) {
          inside.set(endpoint);
          bound.change(0, endpoint, Cuts.OUTSIDE, Cuts.INSIDE);
        }
        CutDemand exact = graphs.network().across(inside);
        assertThat(bound.outBitsPerSecond(0))
            .as("seed " + seed)
            .isGreaterThanOrEqualTo(exact.outBitsPerSecond());
        assertThat(bound.inBitsPerSecond(0))
            .as("seed " + seed)
            .isGreaterThanOrEqualTo(exact.inBitsPerSecond());
      }
    }
  }

  @Test
  void shouldKnowTheCheapestSetsOfEverySize() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int endpoints = 2 + random.nextInt(7);
      EmulatedNetwork network = Graphs.randomForest(random, endpoints, false).network();
      BitSet choice = BitSet.valueOf(new long[] {1 + random.nextLong((1L << endpoints) - 1)});
      SmallestCuts smallest = network.smallestCuts().orElseThrow();
      CheapSets cheap = network.cheapSets(choice, choice.cardinality()).orElseThrow();
      long[] least = new long[endpoints + 1];
      long[] leastOfChoice = new long[endpoints + 1];
      Arrays.fill(least, Long.MAX_VALUE);
      Arrays.fill(leastOfChoice, Long.MAX_VALUE);
      for (long bits = 0; bits < 1L << endpoints; bits++) {
        BitSet set = BitSet.valueOf(new long[] {bits});
        long cut = network.across(set).outBitsPerSecond();
        int size = set.cardinality();
        least[size] = Math.min(least[size], cut);
        set.andNot(choice);
        if (set.isEmpty()) {
          leastOfChoice[size] = Math.min(leastOfChoice[size], cut);
        }
      }
      for (int size = 0; size <= endpoints; size++) {
        assertThat(smallest.outBitsPerSecond(size)).as("seed " + seed).isEqualTo(least[size]);
        if (size <= choice.cardinality()) {
          BitSet chosen = cheap.choose(size);
          assertThat(cheap.bitsPerSecond(size)).as("seed " + seed).isEqualTo(leastOfChoice[size]);
          assertThat(chosen.cardinality()).as("seed " + seed).isEqualTo(size);
          assertThat(network.across(chosen).outBitsPerSecond())
              .as("seed " + seed)
              .isEqualTo(leastOfChoice[size]);
        }
      }
    }
  }
}
