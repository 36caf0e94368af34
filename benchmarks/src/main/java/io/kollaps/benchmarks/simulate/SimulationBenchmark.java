package io.kollaps.benchmarks.simulate;

import io.kollaps.benchmarks.Notes;
import io.kollaps.cluster.simulate.campaign.Campaign;
import io.kollaps.cluster.simulate.campaign.ClusterPlan;
import io.kollaps.cluster.simulate.world.Story;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Plays clusters from seeds, side by side on all processors; each by itself in one thread. */
public final class SimulationBenchmark {
  private static final int MAX_SEEDS = 1_000_000;
  private static final int SMALLEST = 3;
  private static final int SMALL_SIZES = 28;
  private static final int NOTE_EVERY = 250;
  private static final double NANOS_PER_SECOND = 1e9;

  private final int seeds;
  private final int nodes;
  private final long firstSeed;
  private final int traceLines;

  /**
   * A campaign.
   *
   * @param seeds how many clusters, 1 to 1000000
   * @param nodes of each, 1 to 4000; 0: from 3 to 30, by the seed
   * @param firstSeed the next cluster has the next one
   * @param traceLines of a seed that fails
   * @throws IllegalArgumentException for a value out of its range
   */
  public SimulationBenchmark(int seeds, int nodes, long firstSeed, int traceLines) {
    check(seeds >= 1 && seeds <= MAX_SEEDS, "--seeds", "1 to " + MAX_SEEDS);
    check(nodes >= 0 && nodes <= ClusterPlan.MAX_NODES, "--nodes", "0 to " + ClusterPlan.MAX_NODES);
    check(traceLines >= 0, "--trace", "0 or more");
    this.seeds = seeds;
    this.nodes = nodes;
    this.firstSeed = firstSeed;
    this.traceLines = traceLines;
  }

  private static void check(boolean good, String option, String range) {
    if (!good) {
      throw new IllegalArgumentException(option + " must be " + range);
    }
  }

  /** Number of nodes of a seed. */
  private int nodes(long seed) {
    return nodes > 0 ? nodes : SMALLEST + (int) Math.floorMod(seed, (long) SMALL_SIZES);
  }

  /** Plays all seeds; computes only, sends nothing. */
  public SimulationReport run(Notes notes) throws InterruptedException {
    long began = System.nanoTime();
    List<Campaign.Result> results = new ArrayList<>();
    try (ExecutorService workers =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<Campaign.Result>> played = new ArrayList<>();
      for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
        long own = seed;
        played.add(workers.submit(() -> Campaign.play(ClusterPlan.of(nodes(own), own), own)));
      }
      for (Future<Campaign.Result> each : played) {
        results.add(each.get());
        if (results.size() % NOTE_EVERY == 0) {
          notes.note(results.size() + " of " + seeds + " seeds");
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a story is played without exceptions", e);
    }
    return report(results, (System.nanoTime() - began) / NANOS_PER_SECOND);
  }

  private SimulationReport report(List<Campaign.Result> results, double seconds) {
    List<SimulationFailure> failures = new ArrayList<>();
    results.forEach(
        result -> result.played().failure().ifPresent(f -> failures.add(failure(result, f))));
    return new SimulationReport(
        seeds,
        firstSeed,
        failures,
        seconds,
        results.stream().mapToLong(r -> r.played().virtualNanos()).sum() / NANOS_PER_SECOND,
        results.stream().mapToLong(r -> r.played().events()).sum(),
        results.stream().mapToLong(Campaign.Result::messages).sum(),
        results.stream().mapToLong(Campaign.Result::faults).sum(),
        results.stream().mapToLong(Campaign.Result::admissions).sum(),
        results.stream().mapToLong(Campaign.Result::terms).sum(),
        results.stream().mapToLong(Campaign.Result::losses).sum(),
        results.stream().mapToLong(Campaign.Result::probes).sum(),
        results.stream().mapToLong(Campaign.Result::checkedEntries).sum(),
        results.stream().mapToLong(Campaign.Result::settledAfterNanos).max().orElse(0)
            / NANOS_PER_SECOND);
  }

  private SimulationFailure failure(Campaign.Result result, Story.Failure failure) {
    List<String> lines = failure.lines();
    return new SimulationFailure(
        failure.seed(),
        result.plan().nodes(),
        failure.reason(),
        "kollaps bench simulate --seeds 1 --nodes "
            + result.plan().nodes()
            + " --seed "
            + failure.seed(),
        lines.subList(Math.max(0, lines.size() - traceLines), lines.size()));
  }
}
