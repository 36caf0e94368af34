package io.kollaps.node.run;

import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.report.HtmlReport;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.ExchangeCounts;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.LoopHealth;
import io.kollaps.node.results.PartFacts;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunFacts;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.verdict.Judge;
import io.kollaps.runtime.RuntimeStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The work of a part, from the set-up to the report, on one thread. An instance is used once.
 *
 * <p>Whatever happens, the part's programs are ended and what it made is removed before {@link
 * #live} tells that it ended; what a sudden end of this process leaves is swept by the next {@code
 * kollaps} command.
 */
final class PartWork {
  /**
   * The sharing's rounds begin this long before the start: the first rounds on the real fabric take
   * longer than later ones, and must not be those that matter.
   */
  static final long PRELUDE_NANOS = 400_000_000L;

  /** Programs of a run that is given up get no longer grace: others wait for its end. */
  static final long ABORTED_GRACE_NANOS = 500_000_000L;

  private static final int LOOP_PRIORITY = 1;

  private final PartOrder order;
  private final PartSteps steps;
  private final PartTelling telling;
  private volatile Optional<RunOutcome> outcome = Optional.empty();
  private volatile Optional<RunFailedException> failure = Optional.empty();

  // What the work leaves for the verdict.
  private ProgramLog programs = new ProgramLog(List.of());
  private LoopHealth loopHealth = LoopHealth.NONE;
  private long durationNanos;
  private volatile OptionalLong startLatenessNanos = OptionalLong.empty();
  private Optional<PeerExchange> exchange = Optional.empty();

  PartWork(PartOrder order, PartSteps steps, PartTelling telling) {
    this.order = order;
    this.steps = steps;
    this.telling = telling;
  }

  /** The judged part, once it was judged. */
  Optional<RunOutcome> outcome() {
    return outcome;
  }

  /** Why it failed. */
  Optional<RunFailedException> failure() {
    return failure;
  }

  /** Does everything, and tells the end. */
  void live() {
    RunEnd end;
    try {
      owned();
      end = RunEnd.COMPLETED; // unless judged otherwise
    } catch (PartEndedException e) {
      end = runEnd(steps.end());
    } catch (FabricException | RuntimeStartException | RunFailedException e) {
      end = failed(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      end = failed("run " + order.run() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      end = failed("run " + order.run() + ": a defect of Kollaps: " + e, e);
    }
    RunEnd whatEnded = end;
    telling.ended(
        outcome
            .map(judged -> PartSummary.of(judged, counts()))
            .orElseGet(() -> PartSummary.ofNothing(whatEnded)));
  }

  private RunEnd failed(String why, Throwable cause) {
    if (failure.isEmpty()) {
      failure = Optional.of(new RunFailedException(why, cause));
      telling.failed(why);
    }
    return new RunEnd(RunEnd.Kind.FAILED, why);
  }

  private static RunEnd runEnd(PartEnd end) {
    return switch (end.kind()) {
      case FINISHED -> RunEnd.COMPLETED;
      case STOPPED -> new RunEnd(RunEnd.Kind.INTERRUPTED, end.detail());
      case ABORTED -> new RunEnd(RunEnd.Kind.FAILED, end.detail());
    };
  }

  private void owned()
      throws IOException,
          RunFailedException,
          FabricException,
          RuntimeStartException,
          PartEndedException {
    steps.check();
    PartContent content = order.content().get();
    steps.check();
    try (RunOwnership ownership =
        RunOwnership.begin(StateFolder.at(order.stateFolder()), order.run())) {
      Files.writeString(
          ownership.folder().resolve(ExperimentRun.RESULTS_POINTER),
          order.resultsFolder().toAbsolutePath().toString());
      withOwnership(ownership, content);
    }
  }

  private void withOwnership(RunOwnership ownership, PartContent content)
      throws IOException, FabricException, RuntimeStartException {
    telling.state("setting up " + content.homes().here(content.compiled()).size() + " endpoints");
    Rehearsal rehearsal = Rehearsal.begin();
    try (PartSetup setup =
        PartSetup.open(
            ownership,
            content.compiled(),
            content.homes(),
            content.fabric().factory(),
            content.fabricSeed())) {
      RunFacts facts = FactsCollector.facts(order.run(), content, order.version(), setup.notices());
      try (ResultsFolder results =
          ResultsFolder.create(order.resultsFolder(), facts, content.loaded().content().bytes())) {
        writePart(results);
        RunEnd end;
        try {
          end = setUpAndPlay(content, setup, results, rehearsal);
        } catch (PartEndedException e) {
          end = runEnd(steps.end());
        } catch (FabricException | RuntimeStartException | IOException e) {
          end = failed(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
          end = failed("a defect of Kollaps: " + e, e);
        }
        finish(content, setup, results, withNotices(facts, setup.notices()), end);
      }
    }
  }

  private RunEnd setUpAndPlay(
      PartContent content, PartSetup setup, ResultsFolder results, Rehearsal rehearsal)
      throws IOException, RuntimeStartException, FabricException, PartEndedException {
    PreparedPart part = setup.prepare(results, order.mtu(), steps);
    int overlayPort = order.overlay().isPresent() ? order.overlay().get().open(part.fabric()) : 0;
    PeerExchange peers = new PeerExchange(content.compiled(), content.homes(), order.peers());
    exchange = Optional.of(peers);
    FlowSampler sampler = new FlowSampler(content.compiled().endpoints());
    SharingLoop sharing = sharing(content, part, sampler, peers);
    programs = new ProgramLog(content.compiled().endpoints());
    PartView view =
        new PartView(content.compiled().endpoints(), part.instances(), results, programs, peers);
    telling.alsoFlows(view::flows);
    sharing.begin(System.nanoTime(), part.firstEpoch());
    steps.<FabricException>whileWaiting(
        () -> {
          var _ = rehearsal.await();
        });
    steps.prepared(view);
    telling.prepared(overlayPort);
    List<InetSocketAddress> others = steps.awaitLink();
    if (order.overlay().isPresent()) {
      order.overlay().get().link(part.fabric(), content.compiled(), others, steps);
    }
    telling.ready();
    long startNanos = steps.awaitStart();
    sharing.resume(System.nanoTime());
    EventInbox inbox = new EventInbox();
    try (Scribe scribe = new Scribe(results, telling)) {
      LoopAssembly assembly =
          new LoopAssembly(
              content.compiled(),
              content.homes(),
              part,
              sharing,
              sampler,
              programs,
              listener(scribe),
              peers.conditions(),
              inbox,
              new LoopAssembly.Times(
                  startNanos, PRELUDE_NANOS, order.startConditionTimeoutNanos()));
      steps.looping(inbox);
      telling.state("running");
      return play(content, part, results, assembly, peers);
    }
  }

  private static SharingLoop sharing(
      PartContent content, PreparedPart part, FlowSampler sampler, PeerExchange peers) {
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT,
            content.compiled().experiment().settings().sharing(),
            content.homes().self(),
            content.homes()::here);
    return new SharingLoop(
        core,
        part.fabric(),
        sampler,
        content.compiled().endpoints().size(),
        content.homes(),
        content.homes().alone() ? SharingLoop.Peers.NONE : peers);
  }

  private LoopListener listener(Scribe scribe) {
    return new LoopListener() {
      @Override
      public void started(long latenessNanos) {
        startLatenessNanos = OptionalLong.of(latenessNanos);
        scribe.then(() -> telling.started(latenessNanos));
      }

      @Override
      public void event(EventRecord event) {
        scribe.event(event);
      }

      @Override
      public void samples(long atNanos, List<FlowSample> samples) {
        scribe.samples(atNanos, samples);
      }

      @Override
      public void idle() {
        scribe.then(() -> telling.idle(true));
      }
    };
  }

  private RunEnd play(
      PartContent content,
      PreparedPart part,
      ResultsFolder results,
      LoopAssembly assembly,
      PeerExchange peers)
      throws FabricException {
    RunLoop loop = assembly.loop();
    try (ConditionWatch _ = new ConditionWatch(assembly.conditions());
        HealthRecorder _ = HealthRecorder.start(part.fabric(), results, loop::offsetNanos)) {
      peers.onQuestion(assembly.conditions()::lookSoon);
      // On a thread of its own: real-time priority, where allowed, must not stay with this one.
      RunCommand.End end = new LoopThread(loop, LOOP_PRIORITY).play();
      durationNanos = Math.max(0, loop.offsetNanos());
      loopHealth = loop.health();
      telling.state("cleaning up: " + end.detail());
      Farewell.to(
          content.compiled().endpoints(),
          part.instances(),
          end.reason() == RunCommand.EndReason.ABORTED ? ABORTED_GRACE_NANOS : Long.MAX_VALUE);
      return switch (end.reason()) {
        case PROGRAMS_ENDED, TIME -> RunEnd.COMPLETED;
        case STOPPED -> new RunEnd(RunEnd.Kind.INTERRUPTED, end.detail());
        case ABORTED -> new RunEnd(RunEnd.Kind.FAILED, end.detail());
      };
    } catch (InterruptedException e) {
      throw new FabricException("the part's thread was interrupted; nothing does that", e);
    }
  }

  private ExchangeCounts counts() {
    return exchange.map(PeerExchange::counts).orElse(ExchangeCounts.NONE);
  }

  private void finish(
      PartContent content, PartSetup setup, ResultsFolder results, RunFacts facts, RunEnd end)
      throws IOException {
    FabricHealth fabric = setup.fabric().health();
    ResultsFolder.Recorded recorded = results.stopRecording();
    RunObservations observations =
        new RunObservations(
            facts,
            end,
            durationNanos,
            FactsCollector.smallestRoundTripNanos(content.compiled()),
            recorded.events(),
            recorded.flows(),
            programs.finish(durationNanos),
            new HealthSummary(fabric, recorded.host(), loopHealth, GcPauses.maxNanos()),
            recorded.failures());
    RunOutcome judged =
        new RunOutcome(
            observations,
            content.homes().alone() ? Judge.judge(observations) : Judge.judgePart(observations));
    writePart(results);
    results.finish(judged);
    HtmlReport.write(results.path(), judged);
    outcome = Optional.of(judged);
  }

  /** What a merge of the parts' results needs to know; a run with one part has none. */
  private void writePart(ResultsFolder results) throws IOException {
    if (order.plan().isEmpty()) {
      return;
    }
    PartPlan plan = order.plan().get();
    results.part(
        new PartFacts(
            plan.self(),
            plan.nodes().stream()
                .map(node -> new PartFacts.Node(node.id().value(), node.name()))
                .toList(),
            startLatenessNanos,
            steps.clockBoundNanos(),
            counts()));
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
