package io.kollaps.node.run;

import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.RunOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * One run on this machine, from the set-up to the report: a run with one part, which is linked with
 * nobody and started as soon as it is ready. An instance is used once.
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
   * The start lies a little ahead, so that nothing planned for it is late because of the last
   * preparations.
   */
  private static final long START_DELAY_NANOS = PartWork.PRELUDE_NANOS + 50_000_000L;

  private final RunRequest request;
  private final RunListener listener;
  private final StopSwitch stop;

  /** A run to be made once. */
  public ExperimentRun(RunRequest request, RunListener listener, StopSwitch stop) {
    this.request = request;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * Makes the run.
   *
   * @return what was observed and the verdict; the results folder is complete
   * @throws RunFailedException when the run could not be made or broke; the results folder, where
   *     it could be made, says why
   * @throws InterruptedException when the calling thread is interrupted; the run was ended then
   */
  public RunOutcome run() throws RunFailedException, InterruptedException {
    RunId id = RunId.of(Instant.now(), RandomGenerator.getDefault());
    PartContent content =
        new PartContent(
            request.loaded(),
            request.fabric(),
            request.seed(),
            Homes.alone(request.loaded().compiled()));
    PartOrder order =
        new PartOrder(
            id,
            () -> content,
            Optional.empty(),
            Optional.empty(),
            PeerSender.none(),
            PortSpec.DEFAULT_MTU,
            request.stateFolder(),
            request.resultsFolder(),
            request.version(),
            request.startConditionTimeoutNanos());
    Holder holder = new Holder();
    try (LocalPart part = new LocalPart(order, holder)) {
      holder.hold(part);
      stop.hear(why -> part.end(new PartEnd(PartEnd.Kind.STOPPED, why)));
      part.prepare();
      holder.over.await();
      Optional<RunFailedException> failure = part.failure();
      if (failure.isPresent()) {
        throw failure.get();
      }
      return part.outcome()
          .orElseThrow(
              () -> new RunFailedException("run " + id + ": it was ended before it was set up"));
    }
  }

  /** Takes the one part through its steps, and ends it when it is idle. */
  private final class Holder implements PartListener {
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Optional<Part> part = Optional.empty();

    void hold(Part held) {
      part = Optional.of(held);
    }

    @Override
    public void state(String what) {
      listener.state(what);
    }

    @Override
    public void prepared(int overlayPort) {
      part.orElseThrow().link(List.of());
    }

    @Override
    public void ready() {
      part.orElseThrow().startAt(System.nanoTime() + START_DELAY_NANOS);
    }

    @Override
    public void started(long latenessNanos) {
      // its events tell
    }

    @Override
    public void idle(boolean idle) {
      part.orElseThrow().end(PartEnd.programsEnded());
    }

    @Override
    public void event(EventRecord event) {
      listener.event(event);
    }

    @Override
    public void flows(long atNanos, List<FlowSample> samples) {
      listener.flows(atNanos, samples);
    }

    @Override
    public void failed(String why) {
      // told by the exception
    }

    @Override
    public void ended(PartSummary summary) {
      over.countDown();
    }
  }
}
