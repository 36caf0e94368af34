package io.kollaps.node.cleanup;

import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.linux.ownership.Sweep;
import io.kollaps.linux.ownership.SweepReport;
import io.kollaps.linux.ownership.SweptRun;
import io.kollaps.node.report.HtmlReport;
import io.kollaps.node.results.KilledRuns;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.run.ExperimentRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What dead runs left. */
public final class Leftovers {
  /**
   * Longest path that a run's pointer to its results may hold; Linux allows no longer one
   * (PATH_MAX).
   */
  private static final int MAX_POINTER_BYTES = 4096;

  private Leftovers() {}

  /**
   * What was done.
   *
   * @param sweep what the sweep removed, and what it could not
   * @param judged results folders that got the verdict INVALID because their run was killed
   * @param problems results that could not be finished, each with the reason
   */
  public record Report(SweepReport sweep, List<Path> judged, List<String> problems) {
    /** Copies the lists. */
    public Report {
      judged = List.copyOf(judged);
      problems = List.copyOf(problems);
    }

    /** True when nothing of any dead run is left. */
    public boolean clean() {
      return sweep.clean() && problems.isEmpty();
    }
  }

  /**
   * True when the state folder holds any run, dead or alive: cheap, for commands that must start
   * quickly.
   */
  public static boolean anyRun(StateFolder state) throws IOException {
    if (!Files.isDirectory(state.path())) {
      return false;
    }
    try (var entries = Files.newDirectoryStream(state.path(), Files::isDirectory)) {
      return entries.iterator().hasNext();
    }
  }

  /**
   * Removes what dead runs left, and gives their results a verdict.
   *
   * @throws IOException when the state folder cannot be read
   */
  public static Report remove(StateFolder state) throws IOException {
    Map<String, Path> pointers = pointers(state);
    SweepReport sweep = Sweep.sweep(state);
    List<Path> judged = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (SweptRun run : sweep.swept()) {
      Path results = pointers.get(run.run().value());
      if (results != null && Files.isDirectory(results)) {
        try {
          Optional<RunOutcome> outcome = KilledRuns.finish(results);
          if (outcome.isPresent()) {
            HtmlReport.write(results, outcome.get());
            judged.add(results);
          }
        } catch (IOException e) {
          problems.add("results in " + results + " have no verdict: " + e.getMessage());
        }
      }
    }
    return new Report(sweep, judged, problems);
  }

  private static Map<String, Path> pointers(StateFolder state) throws IOException {
    Map<String, Path> pointers = new HashMap<>();
    try (var runs = Files.newDirectoryStream(state.path(), Files::isDirectory)) {
      for (Path run : runs) {
        Path pointer = run.resolve(ExperimentRun.RESULTS_POINTER);
        if (Files.isRegularFile(pointer, java.nio.file.LinkOption.NOFOLLOW_LINKS)
            && Files.size(pointer) <= MAX_POINTER_BYTES) {
          pointers.put(String.valueOf(run.getFileName()), Path.of(Files.readString(pointer)));
        }
      }
    }
    return pointers;
  }
}
