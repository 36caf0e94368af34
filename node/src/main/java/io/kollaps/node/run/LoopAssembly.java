package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Puts the loop and what it drives together; the loop is told of events by parts that it drives.
 */
final class LoopAssembly {
  private final RunLoop loop;

  LoopAssembly(
      RunRequest request,
      PreparedPart part,
      SharingLoop sharing,
      FlowSampler sampler,
      ProgramLog programs,
      ResultsFolder results,
      RunListener listener,
      EventInbox inbox,
      long startNanos) {
    CompiledExperiment compiled = request.loaded().compiled();
    LongSupplier clock = System::nanoTime;
    StartConditions conditions =
        new StartConditions(
            compiled.endpoints(),
            part.instances(),
            request.startConditionTimeoutNanos(),
            () -> clock.getAsLong() - startNanos,
            inbox::tell);
    CommandExecutor executor =
        new CommandExecutor(
            compiled,
            part,
            sharing,
            conditions,
            programs,
            event -> record(event, results, listener),
            inbox::tell,
            clock,
            startNanos);
    loop =
        new RunLoop(
            new RunProgress(compiled),
            executor,
            sharing,
            sampler,
            conditions,
            (atNanos, samples) -> record(atNanos, samples, results, listener),
            inbox,
            clock,
            compiled.experiment().settings().periodNanos(),
            startNanos);
  }

  RunLoop loop() {
    return loop;
  }

  private static void record(EventRecord event, ResultsFolder results, RunListener listener) {
    results.event(event);
    listener.event(event);
  }

  private static void record(
      long atNanos, List<FlowSample> samples, ResultsFolder results, RunListener listener) {
    samples.forEach(results::flow);
    listener.flows(atNanos, samples);
  }
}
