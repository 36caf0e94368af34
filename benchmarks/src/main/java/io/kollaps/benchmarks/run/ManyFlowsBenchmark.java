package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.emulation.FlowTable;
import io.kollaps.node.run.StopSwitch;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Many flows at once over one link, each between another pair of endpoints. */
public final class ManyFlowsBenchmark {
  /** Most flows: each has two processes. */
  public static final int MAX_FLOWS = 1_000;

  private static final int SERVERS = 10;
  private static final int FIRST_PORT = 5_201;
  private static final int FLOWS_STARTED_PER_SECOND = 40;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int WARM_ROUNDS = 400;
  private static final int ROUNDS = 400;
  private static final double BITS_PER_BYTE = 8;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double P99 = 0.99;

  private final int flows;
  private final int clients;
  private final int firstSecond;
  private final int seconds;

  /**
   * A benchmark.
   *
   * @param flows 1 to {@link #MAX_FLOWS}
   * @param seconds how long all send together, 2 to 600
   */
  public ManyFlowsBenchmark(int flows, int seconds) {
    if (flows < 1 || flows > MAX_FLOWS || seconds < 2 || seconds > 600) {
      throw new IllegalArgumentException(
          "1 to " + MAX_FLOWS + " flows for 2 to 600 s; not " + flows + " for " + seconds);
    }
    this.flows = flows;
    this.seconds = seconds;
    this.clients = (flows + SERVERS - 1) / SERVERS;
    this.firstSecond = 2 + flows / FLOWS_STARTED_PER_SECOND;
  }

  /**
   * Runs.
   *
   * @param notes is told what one period of the sharing costs
   * @return one row for each flow
   * @throws BenchmarkException when the run failed, or was ended early
   */
  public List<SharingRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    RealRun run = RealRun.of("many-flows", yaml());
    Map<String, Long> demands = new TreeMap<>();
    names().forEach(name -> demands.put(name, FlowTable.UNLIMITED));
    Map<String, Double> expected = SharingVector.shares(run.compiled(), demands);
    notes.note(cost(run.compiled()));
    notes.note(flows + " flows, about " + (2 * firstSecond + seconds) + " s");
    HostLoad load = new HostLoad();
    FlowRecorder recorder = new FlowRecorder();
    notes.note(SharingBenchmark.health(run.play(recorder, stop)));
    notes.note(load.sentence());
    // all programs have started when the first ones have sent as long as it took to start servers
    long begin = 2L * firstSecond * NANOS_PER_SECOND;
    return recorder
        .analysis()
        .rows(
            new SharingStep(
                1,
                begin,
                begin + seconds * NANOS_PER_SECOND,
                expected,
                Set.of(),
                names().getFirst(),
                true),
            expected.keySet());
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (int flow = 0; flow < flows; flow++) {
      names.add("c" + flow / SERVERS + ":s" + flow % SERVERS);
    }
    return names;
  }

  /** What one period costs when every flow uses another part of its grant in every period. */
  private String cost(CompiledExperiment compiled) {
    Map<String, Integer> indexes = new HashMap<>();
    for (Endpoint endpoint : compiled.endpoints()) {
      indexes.put(endpoint.name(), endpoint.index());
    }
    Paths paths = compiled.pathsAt(0);
    List<Integer> ids = new ArrayList<>();
    for (String name : names()) {
      String[] ends = name.split(":", 2);
      ids.add(paths.pathId(indexes.getOrDefault(ends[0], 0), indexes.getOrDefault(ends[1], 0)));
    }
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT, compiled.experiment().settings().sharing(), 0, source -> true);
    long period = compiled.experiment().settings().periodNanos();
    long now = 0;
    core.handle(new CoreEvent.EpochBegan(now, paths));
    SplittableRandom random = new SplittableRandom(1);
    double[] micros = new double[ROUNDS];
    for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      now += period;
      List<PathUsage> usages = new ArrayList<>();
      for (int id : ids) {
        double bits = (double) core.grantBitsPerSecond(id) * period / NANOS_PER_SECOND;
        long bytes = (long) (bits / BITS_PER_BYTE * random.nextDouble(0.2, 1.0));
        usages.add(new PathUsage(id, bytes, false));
      }
      long begin = System.nanoTime();
      core.handle(new CoreEvent.UsageRead(now, period, usages));
      if (round >= WARM_ROUNDS) {
        micros[round - WARM_ROUNDS] = (System.nanoTime() - begin) / NANOS_PER_MICRO;
      }
    }
    return String.format(
        Locale.ROOT,
        "the sharing of one period with %d flows takes %.0f us (median), %.0f us (p99); the period is %.0f ms",
        flows,
        Statistics.median(micros),
        Statistics.quantile(P99, micros),
        period / NANOS_PER_MILLI);
  }

  /** Clients cN send to servers s0 to s9; server programs listen at one port for each client. */
  String yaml() {
    StringBuilder services = new StringBuilder();
    StringBuilder links = new StringBuilder();
    StringBuilder timeline = new StringBuilder();
    int sendSeconds = firstSecond + seconds;
    for (int server = 0; server < Math.min(SERVERS, flows); server++) {
      StringBuilder programs = new StringBuilder();
      for (int client = 0; client < clients; client++) {
        programs.append("iperf3 -s -p ").append(FIRST_PORT + client).append(" & ");
      }
      services.append(
          "  s%d:%n    command: %swait%n    background: true%n".formatted(server, programs));
      links.append("  - { from: s%d, to: b2, latency: 5 ms }%n".formatted(server));
    }
    for (int client = 0; client < clients; client++) {
      StringBuilder programs = new StringBuilder();
      for (int server = 0; server < SERVERS && client * SERVERS + server < flows; server++) {
        programs
            .append("iperf3 -c s")
            .append(server)
            .append(" -p ")
            .append(FIRST_PORT + client)
            .append(" -t ")
            .append(sendSeconds)
            .append(" & ");
      }
      services.append("  c%d:%n    command: %swait%n".formatted(client, programs));
      links.append("  - { from: c%d, to: b1, latency: 5 ms }%n".formatted(client));
      timeline.append("  - { at: %d s, join: c%d }%n".formatted(firstSecond, client));
    }
    return "name: many-flows%nduration: %d s%nservices:%n".formatted(2 * firstSecond + seconds + 2)
        + services
        + "bridges: [b1, b2]\nlinks:\n"
        + links
        + "  - { from: b1, to: b2, latency: 10 ms, rate: %d Mbit/s }%n".formatted(flows)
        + "timeline:\n"
        + timeline;
  }
}
