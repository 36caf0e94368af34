package io.kollaps.node.run;

import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.report.HtmlReport;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.LoopHealth;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunFacts;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.verdict.Judge;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.topology.path.CompiledExperiment;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One run on this machine, from the set-up to the report. An instance is used once.
 *
 * <p>Whatever happens, the run's programs are ended and what it made is removed before {@link #run}
 * returns; what a sudden end of this process leaves is swept by the next {@code kollaps} command.
 */
public final class ExperimentRun {
  /**
   * File in the run's state folder that tells where its results are, for a sweep after a sudden
   * end.
   */
  public static final String RESULTS_POINTER = "results";

  /**
   * The sharing's rounds begin this long before the start: the first rounds on the real fabric take
   * longer than later ones, and must not be those that matter.
   */
  private static final long PRELUDE_NANOS = 400_000_000L;

  private static final long START_DELAY_NANOS = PRELUDE_NANOS + 50_000_000L;
  private static final int LOOP_PRIORITY = 1;

  private final RunRequest request;
  private final RunListener listener;
  private final StopSwitch stop;
  private final CompiledExperiment compiled;

  /** A run to be made once. */
  public ExperimentRun(RunRequest request, RunListener listener, StopSwitch stop) {
    this.request = request;
    this.listener = listener;
    this.stop = stop;
    this.compiled = request.loaded().compiled();
  }

  /**
   * Makes the run.
   *
   * @return what was observed and the verdict; the results folder is complete
   * @throws RunFailedException when the run could not be made or broke; the results folder, where
   *     it could be made, says why
   * @throws InterruptedException when the calling thread is interrupted
   */
  public RunOutcome run() throws RunFailedException, InterruptedException {
    RunId id = RunId.of(Instant.now(), RandomGenerator.getDefault());
    try (RunOwnership ownership = RunOwnership.begin(StateFolder.at(request.stateFolder()), id)) {
      Files.writeString(
          ownership.folder().resolve(RESULTS_POINTER),
          request.resultsFolder().toAbsolutePath().toString());
      return withOwnership(ownership);
    } catch (IOException e) {
      throw new RunFailedException("run " + id + ": " + e.getMessage(), e);
    }
  }

  private RunOutcome withOwnership(RunOwnership ownership)
      throws IOException, RunFailedException, InterruptedException {
    listener.state("setting up " + compiled.endpoints().size() + " endpoints");
    Observed observed = new Observed();
    Rehearsal rehearsal = Rehearsal.begin();
    try (PartSetup setup =
        PartSetup.open(ownership, compiled, request.fabric().factory(), request.seed())) {
      RunFacts facts = FactsCollector.facts(request, compiled, ownership.run(), setup);
      try (ResultsFolder results =
          ResultsFolder.create(
              request.resultsFolder(), facts, request.loaded().content().bytes())) {
        RunEnd end;
        try {
          end = setUpAndPlay(setup, results, observed, rehearsal);
        } catch (FabricException | RuntimeStartException | IOException e) {
          finish(
              results,
              facts,
              observed,
              new RunEnd(RunEnd.Kind.FAILED, String.valueOf(e.getMessage())),
              setup);
          throw new RunFailedException(String.valueOf(e.getMessage()), e);
        }
        return finish(results, withNotices(facts, setup.notices()), observed, end, setup);
      }
    } catch (FabricException | RuntimeStartException e) {
      throw new RunFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What the loop leaves for the verdict. */
  private static final class Observed {
    private ProgramLog programs = new ProgramLog(List.of());
    private LoopHealth loop = LoopHealth.NONE;
    private long durationNanos;
  }

  private RunEnd setUpAndPlay(
      PartSetup setup, ResultsFolder results, Observed observed, Rehearsal rehearsal)
      throws IOException, RuntimeStartException, FabricException, InterruptedException {
    PreparedPart part = setup.prepare(results);
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT, compiled.experiment().settings().sharing(), 0, source -> true);
    FlowSampler sampler = new FlowSampler(compiled.endpoints());
    SharingLoop sharing =
        new SharingLoop(core, part.fabric(), sampler, compiled.endpoints().size());
    observed.programs = new ProgramLog(compiled.endpoints());
    sharing.begin(System.nanoTime(), part.firstEpoch());
    var _ = rehearsal.await();
    // The start lies a little ahead, so that nothing planned for it is late because of the last
    // preparations.
    long startNanos = System.nanoTime() + START_DELAY_NANOS;
    EventInbox inbox = new EventInbox();
    try (Scribe scribe = new Scribe(results, listener)) {
      LoopAssembly assembly =
          new LoopAssembly(
              compiled,
              part,
              sharing,
              sampler,
              observed.programs,
              scribe::event,
              scribe::samples,
              inbox,
              new LoopAssembly.Times(
                  startNanos, PRELUDE_NANOS, request.startConditionTimeoutNanos()));
      RunLoop loop = assembly.loop();
      stop.hear(why -> inbox.tell(new RunEvent.StopAsked(Math.max(0, loop.offsetNanos()), why)));
      listener.state("running");
      return play(part, results, observed, assembly);
    }
  }

  private RunEnd play(
      PreparedPart part, ResultsFolder results, Observed observed, LoopAssembly assembly)
      throws FabricException, InterruptedException {
    RunLoop loop = assembly.loop();
    try (ConditionWatch _ = new ConditionWatch(assembly.conditions());
        HealthRecorder _ = HealthRecorder.start(part.fabric(), results, loop::offsetNanos)) {
      RunCommand.End end = onOwnThread(loop);
      observed.durationNanos = loop.offsetNanos();
      observed.loop = loop.health();
      listener.state("cleaning up: " + end.detail());
      Farewell.to(compiled.endpoints(), part.instances());
      return end.reason() == RunCommand.EndReason.STOPPED
          ? new RunEnd(RunEnd.Kind.INTERRUPTED, end.detail())
          : RunEnd.COMPLETED;
    }
  }

  /**
   * Plays the loop on a thread of its own: real-time priority, where allowed, must not stay with
   * the caller's thread.
   */
  private static RunCommand.End onOwnThread(RunLoop loop)
      throws FabricException, InterruptedException {
    LoopThread thread = new LoopThread(loop, LOOP_PRIORITY);
    return thread.play();
  }

  private RunOutcome finish(
      ResultsFolder results, RunFacts facts, Observed observed, RunEnd end, PartSetup setup)
      throws IOException {
    FabricHealth fabric = setup.fabric().health();
    ResultsFolder.Recorded recorded = results.stopRecording();
    RunObservations observations =
        new RunObservations(
            facts,
            end,
            observed.durationNanos,
            FactsCollector.smallestRoundTripNanos(compiled),
            recorded.events(),
            recorded.flows(),
            observed.programs.finish(observed.durationNanos),
            new HealthSummary(fabric, recorded.host(), observed.loop, GcPauses.maxNanos()),
            recorded.failures());
    RunOutcome outcome = new RunOutcome(observations, Judge.judge(observations));
    results.finish(outcome);
    HtmlReport.write(results.path(), outcome);
    return outcome;
  }

  private static RunFacts withNotices(RunFacts facts, List<String> more) {
    List<String> notices = new ArrayList<>(facts.notices());
    more.stream().filter(notice -> !notices.contains(notice)).forEach(notices::add);
    return new RunFacts(
        facts.runId(),
        facts.experiment(),
        facts.seed(),
        facts.startedAt(),
        facts.version(),
        facts.fabric(),
        facts.fabricReason(),
        facts.sharingPeriodNanos(),
        facts.host(),
        facts.topology(),
        notices);
  }
}
