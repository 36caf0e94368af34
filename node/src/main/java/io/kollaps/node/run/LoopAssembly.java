package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Puts the loop and what it drives together; the loop is told of events by parts that it drives.
 */
final class LoopAssembly {
  private final RunLoop loop;
  private final StartConditions conditions;

  /**
   * When a run begins and how long it waits.
   *
   * @param startNanos the start, by the clock of {@code System.nanoTime}
   * @param preludeNanos how long before the start the sharing's rounds begin
   * @param startConditionTimeoutNanos longest wait for what an endpoint waits for
   */
  record Times(long startNanos, long preludeNanos, long startConditionTimeoutNanos) {}

  LoopAssembly(
      CompiledExperiment compiled,
      PreparedPart part,
      SharingLoop sharing,
      FlowSampler sampler,
      ProgramLog programs,
      Consumer<EventRecord> events,
      RunLoop.SampleSink samples,
      EventInbox inbox,
      Times times) {
    LongSupplier clock = System::nanoTime;
    long startNanos = times.startNanos();
    conditions =
        new StartConditions(
            compiled.endpoints(),
            part.instances(),
            times.startConditionTimeoutNanos(),
            () -> clock.getAsLong() - startNanos,
            inbox::tell);
    CommandExecutor executor =
        new CommandExecutor(
            compiled, part, sharing, conditions, programs, events, inbox::tell, clock, startNanos);
    loop =
        new RunLoop(
            new RunProgress(compiled),
            executor,
            sharing,
            sampler,
            samples,
            inbox,
            clock,
            compiled.experiment().settings().periodNanos(),
            times.preludeNanos(),
            startNanos);
  }

  RunLoop loop() {
    return loop;
  }

  StartConditions conditions() {
    return conditions;
  }
}
