package io.kollaps.benchmarks.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.benchmarks.Notes;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.Placer;
import io.kollaps.placement.Reservations;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementBenchmarkTest {
  /** Far above what is measured (docs/bench.md): a stall of the machine must not fail a test. */
  private static final double FAR_MS = 2500;

  private static final long THESIS_NANOS = 50_000_000;

  private static PlacementRow ours(PlacementKind kind, int endpoints, int nodes, long seed) {
    return new PlacementBenchmark(kind, endpoints, nodes, seed, THESIS_NANOS)
        .run(Notes.silent())
        .getFirst();
  }

  @Test
  void shouldPlaceLooseProblemsEvenly() {
    for (int[] size : new int[][] {{3, 10}, {100, 50}, {1000, 100}}) {
      PlacementRow row = ours(PlacementKind.LOOSE, size[0], size[1], 1);
      assertThat(row.placed()).isTrue();
      assertThat(row.maxLoad()).isEqualTo(Math.ceilDiv(size[0], size[1]));
      assertThat(row.overloadedLinks()).isZero();
      assertThat(row.timeMs()).isLessThan(FAR_MS);
    }
  }

  @Test
  void shouldFindPlantedPlacements() {
    for (int seed = 1; seed <= 3; seed++) {
      PlacementRow row = ours(PlacementKind.PLANTED, 100, 50, seed);
      assertThat(row.placed()).isTrue();
      assertThat(row.overloadedLinks()).isZero();
      assertThat(row.timeMs()).isLessThan(FAR_MS);
    }
  }

  @Test
  void shouldProveWhatIsImpossible() {
    PlacementRow row = ours(PlacementKind.INFEASIBLE, 8, 20, 1);
    assertThat(row.placed()).isFalse();
    assertThat(row.optimum()).isFalse();
    assertThat(row.timeMs()).isLessThan(FAR_MS);
  }

  @Test
  void shouldPlaceTightProblems() {
    for (int seed = 1; seed <= 3; seed++) {
      PlacementRow row = ours(PlacementKind.TIGHT, 10, 10, seed);
      assertThat(row.placed() || Boolean.FALSE.equals(row.optimum())).as("seed " + seed).isTrue();
      assertThat(row.overloadedLinks()).isZero();
    }
  }

  /**
   * The hard rows: ended by their trials and not by time, so that a busy machine changes nothing.
   */
  @Test
  void shouldPlaceLargeTightProblems() {
    for (int endpoints : new int[] {300, 1000}) {
      PlacementProblem problem = PlacementProblem.of(PlacementKind.TIGHT, endpoints, 100, 3);
      Reservations reservations = new Reservations(problem.cluster());
      PlacementOptions options =
          new PlacementOptions(Long.MAX_VALUE, PlacementOptions.DEFAULT.maxTrials(), 3);

      Placement answer = new Placer(() -> 0).place(problem.request(), reservations, options);

      assertThat(answer).isInstanceOf(Placement.Placed.class);
      reservations.commit("run", problem.request(), (Placement.Placed) answer);
      assertThat(reservations.uses())
          .allMatch(use -> use.usedBitsPerSecond() <= use.capacityBitsPerSecond());
    }
  }

  /** Measured with the thesis' code: six pairs of 900 Mbit/s on a star of 1 Gbit/s. */
  @Test
  void shouldRepeatTheThesisOverbooking() {
    long[][] capacities = new long[5][5];
    for (long[] row : capacities) {
      Arrays.fill(row, 1000);
    }
    ThesisPlacer thesis = new ThesisPlacer(capacities, 4, System::nanoTime);
    long[][] pair = {{Long.MAX_VALUE, 900}, {900, Long.MAX_VALUE}};
    int[][] expected = {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 2}, {1, 3}};
    for (int[] nodes : expected) {
      assertThat(thesis.place(pair, 1_000_000_000L).orElseThrow()).containsExactly(nodes);
    }
  }

  @Test
  void shouldFillTheFirstNodesFirstAsTheThesisDoes() {
    List<PlacementRow> rows =
        new PlacementBenchmark(PlacementKind.FIG49, 3, 10, 1).run(Notes.silent());
    List<PlacementRow> thesis =
        rows.stream().filter(row -> row.algorithm().equals("thesis")).toList();
    assertThat(thesis).hasSize(14);
    assertThat(thesis.subList(0, 13)).allMatch(PlacementRow::placed);
    assertThat(thesis.get(13).placed()).isFalse();
    assertThat(thesis.get(3).maxLoad() - thesis.get(3).minLoad()).isEqualTo(4);
    assertThat(thesis.get(11).minLoad()).isZero();
  }

  /** As many endpoints as nodes, and the first combination fails: no panic, an answer. */
  @Test
  void shouldNotRunOutOfCombinations() {
    long[][] capacities = {{1, 10, 10}, {10, 1, 10}, {10, 10, 1}};
    long[][] mesh = {{0, 8, 8}, {8, 0, 8}, {8, 8, 0}};
    assertThat(new ThesisPlacer(capacities, 2, System::nanoTime).place(mesh, 1_000_000_000L))
        .isEmpty();
    assertThat(new ThesisPlacer(capacities, 3, System::nanoTime).place(mesh, 1_000_000_000L))
        .hasValueSatisfying(nodes -> assertThat(nodes).containsOnly(0));
  }

  @Test
  void shouldRefuseImpossibleSizesAndKinds() {
    assertThatThrownBy(() -> new PlacementBenchmark(PlacementKind.LOOSE, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PlacementKind.of("LOOSE"))
        .hasMessageContaining("write loose, tight, planted, infeasible or fig49");
  }
}
