package io.kollaps.node.run;

import io.kollaps.fabric.FabricException;
import io.kollaps.node.results.LoopHealth;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The one thread of a run: takes what happens, asks {@link RunProgress} what to do, does it, and
 * drives the sharing loop between. Other threads only put events into its queue.
 */
final class RunLoop {
  private final RunProgress progress;
  private final CommandExecutor executor;
  private final SharingLoop sharing;
  private final FlowSampler sampler;
  private final LoopListener listener;
  private final LongSupplier clock;
  private final long periodNanos;
  private final long preludeNanos;
  private final long startNanos;
  private final EventInbox inbox;
  private final LatenessTally tally = new LatenessTally();
  private long nextRoundNanos;
  private long nextSampleNanos = FlowSampler.SAMPLE_NANOS;
  private long lastSampleNanos;
  private boolean started;

  RunLoop(
      RunProgress progress,
      CommandExecutor executor,
      SharingLoop sharing,
      FlowSampler sampler,
      LoopListener listener,
      EventInbox inbox,
      LongSupplier clock,
      long periodNanos,
      long preludeNanos,
      long startNanos) {
    this.progress = progress;
    this.executor = executor;
    this.sharing = sharing;
    this.sampler = sampler;
    this.listener = listener;
    this.inbox = inbox;
    this.clock = clock;
    this.periodNanos = periodNanos;
    this.preludeNanos = preludeNanos;
    this.startNanos = startNanos;
    this.nextRoundNanos = -preludeNanos;
  }

  /** Offset of now from the start, negative before it. */
  long offsetNanos() {
    return clock.getAsLong() - startNanos;
  }

  /**
   * Plays the run to its end; called before the start, by the time for which rounds come before it.
   *
   * @return why it ended
   * @throws FabricException when the fabric fails
   * @throws InterruptedException when the thread is interrupted
   */
  RunCommand.End play() throws FabricException, InterruptedException {
    while (true) {
      long now = offsetNanos();
      if (!started && now >= 0) {
        begin(now);
      } else if (progress.nextDueNanos() <= now) {
        handle(new RunEvent.TimePassed(now));
      } else if (nextRoundNanos <= now) {
        round(now);
      } else {
        long due = started ? progress.nextDueNanos() : 0;
        long wait = Math.min(due, nextRoundNanos) - now;
        Optional<RunEvent> event = inbox.poll(wait);
        if (event.isPresent()) {
          handle(event.get());
        }
      }
      if (executor.end().isPresent()) {
        round(offsetNanos());
        takeSample(offsetNanos());
        return executor.end().get();
      }
    }
  }

  /** How well the rounds kept their times. */
  LoopHealth health() {
    return tally.health();
  }

  /** The start: also where nothing is planned for it. */
  private void begin(long now) throws FabricException, InterruptedException {
    started = true;
    handle(new RunEvent.TimePassed(now));
    listener.started(now);
  }

  private void handle(RunEvent event) throws FabricException, InterruptedException {
    executor.observe(event);
    executor.carryOut(progress.handle(event));
  }

  private void round(long now) throws FabricException {
    sharing.round(clock.getAsLong());
    if (nextRoundNanos < 0) {
      sampler.take(0, preludeNanos);
    } else {
      tally.add(now - nextRoundNanos);
    }
    if (now >= nextSampleNanos) {
      takeSample(now);
      nextSampleNanos = (now / FlowSampler.SAMPLE_NANOS + 1) * FlowSampler.SAMPLE_NANOS;
    }
    // Rounds that were missed are left out: a burst of rounds would measure nothing.
    nextRoundNanos = Math.max(nextRoundNanos + periodNanos, now + periodNanos / 2);
  }

  private void takeSample(long now) {
    if (now > lastSampleNanos) {
      listener.samples(now, sampler.take(now, now - lastSampleNanos));
      lastSampleNanos = now;
    }
  }
}
