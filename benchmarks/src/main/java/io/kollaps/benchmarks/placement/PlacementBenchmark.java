package io.kollaps.benchmarks.placement;

import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.placement.Cluster;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.PlacementRequest;
import io.kollaps.placement.Placer;
import io.kollaps.placement.Reservations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Places experiments on made-up clusters whose real network is known, by two algorithms. */
public final class PlacementBenchmark {
  /** Time that each algorithm has for one experiment. */
  static final long BUDGET_NANOS = 3_000_000_000L;

  private static final String OURS = "kollaps";
  private static final String THESIS = "thesis";
  private static final int WARM_UPS = 2;
  private static final int REPETITIONS = 5;

  private static final int MAX_EXPERIMENTS = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private final PlacementKind kind;
  private final PlacementProblem problem;
  private final long seed;
  private final long thesisNanos;

  /**
   * A benchmark.
   *
   * @param kind kind of problem
   * @param endpoints endpoints of the experiment
   * @param nodes nodes of the cluster
   * @param seed makes the problem, and decides what the placer leaves to chance
   * @throws IllegalArgumentException for sizes that are too small or too large
   */
  public PlacementBenchmark(PlacementKind kind, int endpoints, int nodes, long seed) {
    this(kind, endpoints, nodes, seed, BUDGET_NANOS);
  }

  /** With another time for the thesis' algorithm. */
  PlacementBenchmark(PlacementKind kind, int endpoints, int nodes, long seed, long thesisNanos) {
    this.thesisNanos = thesisNanos;
    this.kind = kind;
    this.problem = PlacementProblem.of(kind, endpoints, nodes, seed);
    this.seed = seed;
  }

  /** Places; rows of one algorithm follow each other. */
  public List<PlacementRow> run(Notes notes) {
    HostLoad load = new HostLoad();
    List<PlacementRow> rows = new ArrayList<>();
    if (kind == PlacementKind.FIG49) {
      rows.addAll(oursAgainAndAgain());
      rows.addAll(thesisAgainAndAgain());
    } else {
      PlacementRow ours = ours(notes);
      rows.add(ours);
      rows.add(thesis(ours.optimum()));
    }
    notes.note(load.sentence());
    return rows;
  }

  private PlacementRow ours(Notes notes) {
    Cluster cluster = problem.cluster();
    PlacementRequest request = problem.request();
    Reservations reservations = new Reservations(cluster);
    Placement answer = place(request, reservations);
    for (int i = 0; i < WARM_UPS && undecided(answer); i++) {
      answer = place(request, reservations);
    }
    List<Double> times = new ArrayList<>(List.of(answer.searchNanos() / NANOS_PER_MILLI));
    if (!undecided(answer)) {
      times.clear();
      for (int i = 0; i < WARM_UPS + REPETITIONS; i++) {
        Placement again = place(request, reservations);
        answer = undecided(again) ? answer : again;
        if (i >= WARM_UPS) {
          times.add(again.searchNanos() / NANOS_PER_MILLI);
        }
      }
    }
    return switch (answer) {
      case Placement.Placed placed -> {
        notes.note("found by: " + placed.method());
        reservations.commit("run", request, placed);
        yield row(
            OURS,
            true,
            Statistics.median(times),
            loads(reservations),
            overloaded(reservations),
            true);
      }
      case Placement.Refused refused -> {
        notes.note("refused: " + refused.reason());
        yield row(
            OURS,
            false,
            Statistics.median(times),
            loads(reservations),
            0,
            refused.proved() ? Boolean.FALSE : problem.feasible().orElse(null));
      }
    };
  }

  private static boolean undecided(Placement answer) {
    return answer instanceof Placement.Refused refused && !refused.proved();
  }

  private Placement place(PlacementRequest request, Reservations reservations) {
    PlacementOptions options =
        new PlacementOptions(BUDGET_NANOS, PlacementOptions.DEFAULT.maxTrials(), seed);
    return new Placer(System::nanoTime).place(request, reservations, options);
  }

  private static PlacementRow row(
      String algorithm,
      boolean placed,
      double timeMs,
      int[] loads,
      int overloaded,
      @Nullable Boolean optimum) {
    return new PlacementRow(
        algorithm,
        placed,
        timeMs,
        Arrays.stream(loads).max().orElse(0),
        Arrays.stream(loads).min().orElse(0),
        overloaded,
        optimum);
  }

  private static int[] loads(Reservations reservations) {
    return IntStream.range(0, reservations.cluster().nodes().size())
        .map(reservations::load)
        .toArray();
  }

  private static int overloaded(Reservations reservations) {
    return (int)
        reservations.uses().stream()
            .filter(use -> use.usedBitsPerSecond() > use.capacityBitsPerSecond())
            .count();
  }

  private PlacementRow thesis(@Nullable Boolean optimum) {
    ThesisPlacer placer =
        new ThesisPlacer(problem.real().narrowest(), problem.slots(), System::nanoTime);
    Reservations truth = new Reservations(problem.cluster());
    PlacementRequest request = problem.request();
    long[][] demand = problem.emulated().narrowest();
    long begin = System.nanoTime();
    Optional<int[]> nodes = placer.place(demand, thesisNanos);
    double timeMs = (System.nanoTime() - begin) / NANOS_PER_MILLI;
    nodes.ifPresent(found -> truth.restore("run", held(request, found, truth.cluster())));
    return row(THESIS, nodes.isPresent(), timeMs, placer.load(), overloaded(truth), optimum);
  }

  private static Reservations.Held held(PlacementRequest request, int[] nodes, Cluster cluster) {
    return new Reservations.Held(
        request, Arrays.stream(nodes).mapToObj(node -> cluster.nodes().get(node).name()).toList());
  }

  private List<PlacementRow> oursAgainAndAgain() {
    List<PlacementRow> rows = new ArrayList<>();
    PlacementRequest request = problem.request();
    Reservations reservations = new Reservations(problem.cluster());
    boolean more = true;
    for (int i = 0; i < MAX_EXPERIMENTS && more; i++) {
      Placement answer = place(request, reservations);
      double timeMs = answer.searchNanos() / NANOS_PER_MILLI;
      more =
          answer instanceof Placement.Placed placed
              && reservations.commit("run " + i, request, placed);
      boolean impossible = answer instanceof Placement.Refused refused && refused.proved();
      Boolean optimum = (more || impossible) ? Boolean.valueOf(more) : null;
      rows.add(row(OURS, more, timeMs, loads(reservations), overloaded(reservations), optimum));
    }
    return rows;
  }

  private List<PlacementRow> thesisAgainAndAgain() {
    List<PlacementRow> rows = new ArrayList<>();
    PlacementRequest request = problem.request();
    Reservations truth = new Reservations(problem.cluster());
    ThesisPlacer placer =
        new ThesisPlacer(problem.real().narrowest(), problem.slots(), System::nanoTime);
    long[][] demand = problem.emulated().narrowest();
    boolean more = true;
    for (int i = 0; i < MAX_EXPERIMENTS && more; i++) {
      long begin = System.nanoTime();
      Optional<int[]> nodes = placer.place(demand, thesisNanos);
      double timeMs = (System.nanoTime() - begin) / NANOS_PER_MILLI;
      String run = "run " + i;
      nodes.ifPresent(found -> truth.restore(run, held(request, found, truth.cluster())));
      more = nodes.isPresent();
      rows.add(
          row(THESIS, more, timeMs, placer.load(), overloaded(truth), more ? Boolean.TRUE : null));
    }
    return rows;
  }
}
