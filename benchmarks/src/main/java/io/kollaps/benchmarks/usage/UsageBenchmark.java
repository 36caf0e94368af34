package io.kollaps.benchmarks.usage;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The case of the Kollaps paper's figure 3 (EuroSys 2020, 5.2): clients and servers around one link
 * of 50 Mbit/s, spread over nodes, every client sending to its server, at 10 Mbit/s at most. The
 * nodes' emulation cores are real and tell each other of their flows; time, traffic and network are
 * made up. Computes only.
 */
public final class UsageBenchmark {
  /** The largest traffic in the paper's figure 3, of 160 containers on 4 hosts. */
  public static final double PAPER_BYTES_PER_SECOND = 493_000;

  /** What is to be reached in that case. */
  public static final double GOAL_BYTES_PER_SECOND = 50_000;

  private static final int MAX_ENDPOINTS = 4_000;
  private static final int MAX_NODES = 100;
  private static final int MIN_SECONDS = 3;
  private static final int MAX_SECONDS = 3_600;
  private static final long SEED_OF_COMPILATION = 1;

  private final int endpoints;
  private final int nodes;
  private final int seconds;
  private final long seed;

  /**
   * A benchmark.
   *
   * @param endpoints 2 to 4000, even
   * @param nodes 1 to 100; endpoints are dealt out to them one after the other
   * @param seconds virtual time of each pattern, 3 to 3600; the first two warm up
   * @param seed of the traffic
   * @throws IllegalArgumentException for a value out of its range
   */
  public UsageBenchmark(int endpoints, int nodes, int seconds, long seed) {
    check(
        endpoints >= 2 && endpoints <= MAX_ENDPOINTS && endpoints % 2 == 0,
        "--endpoints",
        "an even number from 2 to " + MAX_ENDPOINTS);
    check(nodes >= 1 && nodes <= MAX_NODES, "--nodes", "1 to " + MAX_NODES);
    check(
        seconds >= MIN_SECONDS && seconds <= MAX_SECONDS,
        "--seconds",
        MIN_SECONDS + " to " + MAX_SECONDS);
    this.endpoints = endpoints;
    this.nodes = nodes;
    this.seconds = seconds;
    this.seed = seed;
  }

  private static void check(boolean good, String option, String range) {
    if (!good) {
      throw new IllegalArgumentException(option + " must be " + range);
    }
  }

  /**
   * Computes all patterns.
   *
   * @throws BenchmarkException when the made-up experiment is refused
   */
  public List<UsageRow> run(Notes notes) throws BenchmarkException {
    List<UsageRow> rows = new ArrayList<>();
    for (UsagePattern pattern : UsagePattern.values()) {
      rows.add(run(pattern));
    }
    notes.note(
        endpoints
            + " endpoints on "
            + nodes
            + " nodes, "
            + seconds
            + " s of virtual time each, seed "
            + seed
            + "; a datagram has "
            + UsageExchange.OVERHEAD_BYTES
            + " bytes besides what it tells");
    return rows;
  }

  /**
   * Computes one pattern.
   *
   * @throws BenchmarkException when the made-up experiment is refused
   */
  public UsageRow run(UsagePattern pattern) throws BenchmarkException {
    return new UsageExchange(compile(), nodes, pattern, seed).run(seconds);
  }

  private CompiledExperiment compile() throws BenchmarkException {
    byte[] yaml = yaml().getBytes(StandardCharsets.UTF_8);
    try {
      return switch (ExperimentReader.read("usage.yaml", yaml)) {
        case ReadResult.Valid valid ->
            ExperimentCompiler.compile(valid.experiment(), SEED_OF_COMPILATION);
        case ReadResult.Invalid invalid ->
            throw new BenchmarkException(
                "this is a bug: the made-up experiment is not valid: " + invalid.problems());
      };
    } catch (CompileException e) {
      throw new BenchmarkException(
          "this is a bug: the made-up experiment is refused: " + e.problems());
    }
  }

  /** Clients at one bridge, servers at the other. */
  private String yaml() {
    StringBuilder services = new StringBuilder();
    StringBuilder links = new StringBuilder();
    for (int pair = 0; pair < endpoints / 2; pair++) {
      services.append("  c%d: { command: client }%n".formatted(pair));
      services.append("  s%d: { command: server }%n".formatted(pair));
      links.append("  - { from: c%d, to: b1, latency: 1 ms, rate: 10 Mbit/s }%n".formatted(pair));
      links.append("  - { from: s%d, to: b2, latency: 1 ms, rate: 10 Mbit/s }%n".formatted(pair));
    }
    return "name: usage\nduration: 60 s\nservices:\n"
        + services
        + "bridges: [b1, b2]\nlinks:\n"
        + links
        + "  - { from: b1, to: b2, latency: 10 ms, rate: 50 Mbit/s }\n";
  }
}
