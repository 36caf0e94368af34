package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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
      long startNanos) {
    CompiledExperiment compiled = request.loaded().compiled();
    LongSupplier clock = System::nanoTime;
    AtomicReference<Consumer<RunEvent>> teller = new AtomicReference<>(event -> {});
    StartConditions conditions =
        new StartConditions(
            compiled.endpoints(),
            part.instances(),
            request.startConditionTimeoutNanos(),
            () -> clock.getAsLong() - startNanos,
            event -> teller.get().accept(event));
    CommandExecutor executor =
        new CommandExecutor(
            compiled,
            part,
            sharing,
            conditions,
            programs,
            event -> record(event, results, listener),
            event -> teller.get().accept(event),
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
            clock,
            compiled.experiment().settings().periodNanos(),
            startNanos);
    teller.set(loop::tell);
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
