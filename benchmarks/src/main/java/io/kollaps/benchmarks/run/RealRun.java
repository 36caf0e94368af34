package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.fabric.FabricDemand;
import io.kollaps.node.fabric.FabricRefusedException;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.load.LoadResult;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.run.ExperimentRun;
import io.kollaps.node.run.RunFailedException;
import io.kollaps.node.run.RunListener;
import io.kollaps.node.run.RunRequest;
import io.kollaps.node.run.StopSwitch;
import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a real run of an experiment that is written here, exactly as {@code kollaps run} does. */
final class RealRun {
  private static final long SEED = 1;
  private static final String VERSION = "benchmark";

  private final String fileName;
  private final String yaml;
  private final CompiledExperiment compiled;

  private RealRun(String fileName, String yaml, CompiledExperiment compiled) {
    this.fileName = fileName;
    this.yaml = yaml;
    this.compiled = compiled;
  }

  /**
   * Reads and compiles.
   *
   * @param name name of the experiment
   * @param yaml the experiment in the native form
   */
  static RealRun of(String name, String yaml) throws BenchmarkException {
    String fileName = name + ".yaml";
    byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
    try {
      return switch (ExperimentReader.read(fileName, bytes)) {
        case ReadResult.Invalid invalid -> throw wrong(name, invalid.problems());
        case ReadResult.Valid valid ->
            new RealRun(fileName, yaml, ExperimentCompiler.compile(valid.experiment(), SEED));
      };
    } catch (CompileException e) {
      throw wrong(name, e.problems());
    }
  }

  private static BenchmarkException wrong(String name, List<Problem> problems) {
    return new BenchmarkException(
        "this is a bug: the benchmark's experiment "
            + name
            + " is not valid: "
            + problems.stream().map(Problem::message).collect(Collectors.joining("; ")));
  }

  /** The experiment. */
  CompiledExperiment compiled() {
    return compiled;
  }

  /** Reads a run's results folder before it is removed. */
  @FunctionalInterface
  interface ResultsReading {
    void read(Path results) throws IOException;
  }

  /**
   * Runs to its end, or until the switch asks for it; its results are removed.
   *
   * @throws BenchmarkException when the run failed or was ended early
   */
  RunOutcome play(RunListener listener, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    return play(listener, stop, results -> {});
  }

  /**
   * As {@link #play(RunListener, StopSwitch)}.
   *
   * @param reading gets the results before they are removed
   */
  RunOutcome play(RunListener listener, StopSwitch stop, ResultsReading reading)
      throws BenchmarkException, InterruptedException {
    RunOutcome outcome = whole(listener, stop, reading);
    RunEnd end = outcome.observations().end();
    if (end.kind() != RunEnd.Kind.COMPLETED) {
      throw new BenchmarkException("ended early: " + end.detail());
    }
    return outcome;
  }

  /**
   * Runs until the benchmark itself asks for the end.
   *
   * @param reason with which the benchmark asks; another one ended the run early
   * @throws BenchmarkException when the run failed or was ended early
   */
  RunOutcome playUntil(RunListener listener, StopSwitch stop, String reason)
      throws BenchmarkException, InterruptedException {
    RunOutcome outcome = whole(listener, stop, results -> {});
    RunEnd end = outcome.observations().end();
    if (!end.detail().equals(reason)) {
      throw new BenchmarkException("ended early: " + end.detail());
    }
    return outcome;
  }

  private RunOutcome whole(RunListener listener, StopSwitch stop, ResultsReading reading)
      throws BenchmarkException, InterruptedException {
    try {
      Path results = Files.createTempDirectory("kollaps-bench-");
      try {
        RunRequest request =
            new RunRequest(
                new LoadResult.Loaded(
                    fileName, new FileContent(yaml.getBytes(StandardCharsets.UTF_8)), compiled),
                Fabrics.chooser().choose(FabricChooser.AUTO, FabricDemand.of(compiled)),
                SEED,
                results.resolve("results"),
                StateFolder.locate(System.getenv()).path(),
                VERSION,
                RunRequest.DEFAULT_START_CONDITION_TIMEOUT_NANOS);
        RunOutcome outcome = new ExperimentRun(request, listener, stop).run();
        reading.read(request.resultsFolder());
        return outcome;
      } finally {
        removeTree(results);
      }
    } catch (FabricRefusedException e) {
      throw new BenchmarkException(String.valueOf(e.getMessage()), e);
    } catch (RunFailedException e) {
      throw new BenchmarkException("the run failed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BenchmarkException("the run's files: " + e.getMessage(), e);
    }
  }

  /** A folder that only this user can write: names in it do not change under this walk. */
  private static void removeTree(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
