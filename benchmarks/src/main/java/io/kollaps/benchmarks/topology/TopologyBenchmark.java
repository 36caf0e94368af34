package io.kollaps.benchmarks.topology;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.EchoProbe;
import io.kollaps.benchmarks.lab.Emulator;
import io.kollaps.benchmarks.lab.Emulators;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.benchmarks.lab.Lab;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.generate.ScaleFreeGraph;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Large scale-free networks: time and memory of their paths, and pings between sampled pairs. */
public final class TopologyBenchmark {
  private static final long SEED = 1;
  private static final Emulator FABRIC = Emulators.userSpace();
  private static final int SAMPLED_ENDPOINTS = 40;
  private static final int ECHOES = 20;

  /** All pairs at once and slowly: a moment in which the machine stands still spoils few echoes. */
  private static final long ECHO_INTERVAL_NANOS = 250_000_000;

  private static final long LAST_NANOS = 300_000_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BYTES_PER_MEGABYTE = 1e6;

  /** Table 4 of the Kollaps paper (EuroSys 2020): mean squared errors in ms2. */
  private static final Map<Integer, Double> KOLLAPS =
      Map.of(1000, 0.0261, 2000, 0.0384, 4000, 0.0721);

  private static final double GOAL = 0.01;

  private final List<Integer> elements;
  private final boolean ping;
  private final int repetitions;

  /**
   * A benchmark.
   *
   * @param elements endpoints and bridges together, for each network; two thirds are endpoints
   * @param ping true to ping between sampled pairs too
   * @param repetitions of the computations; medians are given
   */
  public TopologyBenchmark(List<Integer> elements, boolean ping, int repetitions) {
    this.elements = List.copyOf(elements);
    this.ping = ping;
    this.repetitions = repetitions;
  }

  /**
   * Computes and measures.
   *
   * @throws BenchmarkException when the machine cannot
   * @throws IllegalArgumentException for a number of elements that a graph cannot have
   */
  public List<ComparedRow> run(Notes notes) throws BenchmarkException, InterruptedException {
    List<ComparedRow> rows = new ArrayList<>();
    HostLoad load = new HostLoad();
    for (int size : elements) {
      notes.note("scale-free network of " + size + " elements");
      Experiment experiment = ScaleFreeGraph.generate(size, SEED);
      rows.addAll(computed(size, experiment));
      if (ping) {
        rows.addAll(pinged(size, compile(experiment), notes));
      }
    }
    notes.note(load.sentence());
    return rows;
  }

  private static CompiledExperiment compile(Experiment experiment) throws BenchmarkException {
    try {
      return ExperimentCompiler.compile(experiment, SEED);
    } catch (CompileException e) {
      throw new BenchmarkException("this is a bug: a generated network does not compile", e);
    }
  }

  private List<ComparedRow> computed(int size, Experiment experiment) throws BenchmarkException {
    double[] plain = new double[repetitions];
    double[] compiling = new double[repetitions];
    double[] answering = new double[repetitions];
    double[] heap = new double[repetitions];
    PlainSearch search = new PlainSearch(experiment);
    int endpoints = experiment.services().size();
    for (int i = 0; i < repetitions; i++) {
      long begin = System.nanoTime();
      long hops = search.totalHops();
      plain[i] = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      long before = usedBytes();
      begin = System.nanoTime();
      CompiledExperiment compiled = compile(experiment);
      compiling[i] = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      begin = System.nanoTime();
      long answered = totalHops(compiled.pathsAt(0));
      answering[i] = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      heap[i] = (usedBytes() - before) / BYTES_PER_MEGABYTE;
      if (answered != hops || compiled.endpoints().size() != endpoints) {
        throw new BenchmarkException(
            "this is a bug: all paths together have " + answered + " hops, not " + hops);
      }
    }
    String plainSearch = "plain breadth-first search of hops, same run";
    double integers = (double) endpoints * size * Integer.BYTES / BYTES_PER_MEGABYTE;
    String name = size + " elements: ";
    return List.of(
        new ComparedRow(
            name + "compile",
            Statistics.median(plain),
            plainSearch,
            Statistics.median(compiling),
            "s"),
        new ComparedRow(
            name + "answer all paths",
            Statistics.median(plain),
            plainSearch,
            Statistics.median(answering),
            "s"),
        new ComparedRow(
            name + "heap used",
            integers,
            "endpoints x elements integers of 4 bytes",
            Statistics.median(heap),
            "MB"));
  }

  private static long totalHops(Paths paths) {
    long hops = 0;
    for (int from = 0; from < paths.endpointCount(); from++) {
      for (int to = 0; to < paths.endpointCount(); to++) {
        hops += paths.path(from, to).map(CollapsedPath::hops).orElse(0);
      }
    }
    return hops;
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /**
   * Only the sampled endpoints are attached, with the paths that they have in the whole network.
   */
  private static List<ComparedRow> pinged(int size, CompiledExperiment compiled, Notes notes)
      throws BenchmarkException, InterruptedException {
    Paths paths = compiled.pathsAt(0);
    int sampled = Math.min(SAMPLED_ENDPOINTS, paths.endpointCount());
    int[] chosen =
        new SplittableRandom(SEED)
            .ints(0, paths.endpointCount())
            .distinct()
            .limit(sampled)
            .toArray();
    List<Double> measured = new ArrayList<>();
    List<Double> ideal = new ArrayList<>();
    List<Double> medians = new ArrayList<>();
    List<Double> idealMedians = new ArrayList<>();
    try (Lab lab = Lab.open(FABRIC, sampled, SEED)) {
      lab.set(settings(paths, chosen));
      List<EchoProbe> probes = new ArrayList<>();
      for (int i = 0; i < sampled; i++) {
        probes.add(
            EchoProbe.start(
                lab.station(i), lab.station((i + 1) % sampled), ECHOES, ECHO_INTERVAL_NANOS));
      }
      for (int i = 0; i < sampled; i++) {
        int to = (i + 1) % sampled;
        double theory = paths.roundTripNanos(chosen[i], chosen[to]) / NANOS_PER_MILLI;
        double[] times = probes.get(i).roundTripMillis(i == 0 ? LAST_NANOS : 0);
        for (double time : times) {
          measured.add(time);
          ideal.add(theory);
        }
        medians.add(Statistics.median(times));
        idealMedians.add(theory);
      }
      notes.note(lab.health());
    }
    double kollaps = KOLLAPS.getOrDefault(size, GOAL);
    String reference =
        KOLLAPS.containsKey(size) ? "Kollaps paper, table 4 (goal: 0.01)" : "goal: 0.01";
    return List.of(
        new ComparedRow(
            size + " elements: RTT mean squared error, every echo",
            kollaps,
            reference,
            error(measured, ideal),
            "ms2"),
        new ComparedRow(
            size + " elements: RTT mean squared error, median of each pair",
            kollaps,
            reference,
            error(medians, idealMedians),
            "ms2"));
  }

  private static double error(List<Double> measured, List<Double> ideal) {
    return Statistics.meanSquaredError(
        measured.stream().mapToDouble(Double::doubleValue).toArray(),
        ideal.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static List<PathSetting> settings(Paths paths, int[] chosen) {
    List<PathSetting> settings = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      for (int j = 0; j < chosen.length; j++) {
        if (i != j) {
          settings.add(new PathSetting(i, j, paths.path(chosen[i], chosen[j]).map(PathShape::of)));
        }
      }
    }
    return settings;
  }
}
