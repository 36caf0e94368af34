package io.kollaps.benchmarks.discovery;

import io.kollaps.benchmarks.Notes;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.simulate.MapError;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.SimulatedCluster;
import io.kollaps.cluster.simulate.SimulatedProbes;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the nodes of generated networks join one after the other, with the capacity map of Kollaps
 * and with the thesis' algorithm on the same networks and noise.
 */
public final class DiscoveryBenchmark {
  private static final int MIN_NODES = 2;
  private static final int MAX_NODES = 2000;
  private static final int MAX_GRAPHS = 10_000;
  private static final double MAX_NOISE = 0.2;

  private final NetworkKind kind;
  private final int nodes;
  private final int graphs;
  private final long seed;
  private final double noise;

  /**
   * A benchmark.
   *
   * @param kind of the networks
   * @param nodes of each network, 2 to 2000
   * @param graphs how many networks, 1 to 10000
   * @param seed of the first network; each further one has the next seed
   * @param noise bound of the relative error of a probe, 0 to 0.2
   * @throws IllegalArgumentException for a value out of its range
   */
  public DiscoveryBenchmark(NetworkKind kind, int nodes, int graphs, long seed, double noise) {
    check(nodes >= MIN_NODES && nodes <= MAX_NODES, "--nodes", "2 to 2000");
    check(graphs >= 1 && graphs <= MAX_GRAPHS, "--graphs", "1 to 10000");
    check(noise >= 0 && noise <= MAX_NOISE, "--noise", "0 to 20 %");
    this.kind = kind;
    this.nodes = nodes;
    this.graphs = graphs;
    this.seed = seed;
    this.noise = noise;
    kind.network(nodes, seed); // refuses a number of nodes that the kind cannot have
  }

  private static void check(boolean good, String option, String range) {
    if (!good) {
      throw new IllegalArgumentException(option + " must be " + range);
    }
  }

  /** What one network took. */
  private record Result(int tests, MapError error) {}

  /** Runs both algorithms; computes only, sends nothing. */
  public List<DiscoveryRow> run(Notes notes) {
    List<Result> own = new ArrayList<>();
    List<Result> thesis = new ArrayList<>();
    for (int g = 0; g < graphs; g++) {
      PhysicalTree network = kind.network(nodes, seed + g);
      own.add(own(network, seed + g));
      thesis.add(thesis(network, seed + g));
    }
    notes.note(
        graphs
            + " networks of "
            + nodes
            + " nodes, seeds "
            + seed
            + " to "
            + (seed + graphs - 1)
            + "; a test is one probe of both directions");
    return List.of(row("kollaps", own), row("thesis", thesis));
  }

  private Result own(PhysicalTree network, long noiseSeed) {
    JoinSettings settings = JoinSettings.DEFAULT.withNoise(noise).withGoodput(kind.goodputFactor());
    SimulatedProbes probes = probes(network, noiseSeed);
    SimulatedCluster cluster = SimulatedCluster.joined(network, settings, probes, true);
    return new Result(cluster.probeCount(), MapError.of(cluster.mapper().map(), probes));
  }

  private Result thesis(PhysicalTree network, long noiseSeed) {
    SimulatedProbes probes = probes(network, noiseSeed);
    ThesisDiscovery discovery = ThesisDiscovery.run(nodes, probes);
    return new Result(discovery.tests(), discovery.error(probes));
  }

  private SimulatedProbes probes(PhysicalTree network, long noiseSeed) {
    return new SimulatedProbes(network, kind.goodputFactor(), noise, noiseSeed);
  }

  private DiscoveryRow row(String algorithm, List<Result> results) {
    double[] perNode = results.stream().mapToDouble(r -> r.tests() / (double) nodes).toArray();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    double sum = 0;
    for (double tests : perNode) {
      least = Math.min(least, tests);
      most = Math.max(most, tests);
      sum += tests;
    }
    return new DiscoveryRow(
        algorithm,
        sum / graphs,
        least,
        most,
        results.stream().mapToLong(r -> r.error().wrong()).sum(),
        results.stream().mapToDouble(r -> r.error().meanRelative()).sum() / graphs,
        results.stream().mapToDouble(r -> r.error().shareOverTenPercent()).sum() / graphs);
  }
}
