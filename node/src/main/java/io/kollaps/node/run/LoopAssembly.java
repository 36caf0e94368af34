package io.kollaps.node.run;

import io.kollaps.topology.path.CompiledExperiment;
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
      Homes homes,
      PreparedPart part,
      SharingLoop sharing,
      FlowSampler sampler,
      ProgramLog programs,
      LoopListener listener,
      PeerConditions elsewhere,
      EventInbox inbox,
      Times times) {
    LongSupplier clock = System::nanoTime;
    long startNanos = times.startNanos();
    conditions =
        new StartConditions(
            compiled.endpoints(),
            part.instances(),
            elsewhere,
            times.startConditionTimeoutNanos(),
            clock,
            startNanos,
            inbox::tell);
    CommandExecutor executor =
        new CommandExecutor(
            compiled,
            homes,
            part,
            sharing,
            conditions,
            programs,
            listener,
            inbox::tell,
            clock,
            startNanos);
    loop =
        new RunLoop(
            new RunProgress(compiled, homes),
            executor,
            sharing,
            sampler,
            listener,
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
