package io.kollaps.node.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;

/** Ends the folders of runs whose process was gone before it could. */
public final class KilledRuns {
  private KilledRuns() {}

  /**
   * Gives a folder without a verdict the verdict INVALID, with the summaries of what had been
   * written. A folder with a verdict, and one that holds no run, stay as they are. The caller must
   * know that the run is dead.
   *
   * @return the outcome that was written; empty when there was nothing to do
   * @throws IOException when the folder cannot be read or written, or {@code run.json} is not one
   *     of a run
   */
  public static Optional<RunOutcome> finish(Path folder) throws IOException {
    Path run = folder.resolve(ResultFiles.RUN);
    if (!Files.isRegularFile(run) || Files.exists(folder.resolve(ResultFiles.VERDICT))) {
      return Optional.empty();
    }
    RunFacts facts;
    try {
      facts = ResultsJson.readFacts(Files.readAllBytes(run));
    } catch (JacksonException e) {
      throw new IOException(run + " is not that of a run: " + e.getOriginalMessage(), e);
    }
    RunOutcome outcome = new RunOutcome(observe(folder, facts), verdict());
    ResultsFolder.write(folder, outcome);
    return Optional.of(outcome);
  }

  private static RunObservations observe(Path folder, RunFacts facts) throws IOException {
    FlowSummarizer flows = new FlowSummarizer();
    ResultsReader.flows(folder, flows::add);
    HealthSummarizer health = new HealthSummarizer();
    long[] lastNanos = {flows.lastEndNanos()};
    ResultsReader.health(
        folder,
        sample -> {
          health.add(sample);
          lastNanos[0] = Math.max(lastNanos[0], sample.endNanos());
        });
    List<EventRecord> events = ResultsReader.events(folder);
    for (EventRecord event : events) {
      lastNanos[0] = Math.max(lastNanos[0], event.actualNanos());
    }
    HealthSummary none = HealthSummary.NONE;
    return new RunObservations(
        facts,
        new RunEnd(RunEnd.Kind.KILLED, ""),
        lastNanos[0],
        OptionalLong.empty(),
        events,
        flows.summaries(),
        List.of(),
        new HealthSummary(none.fabric(), health.summary(), none.loop(), none.gcPauseMaxNanos()),
        List.of());
  }

  private static Verdict verdict() {
    return Verdict.of(
        List.of(
            new Verdict.Reason(
                Verdict.Level.INVALID,
                "killed",
                "The run was killed before its end; only what it had written until then is here.",
                Optional.empty(),
                "Run the experiment again and let it end, or end it with Ctrl-C.")));
  }
}
