package io.kollaps.node.run;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.ThreadPriority;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The thread on which a run's loop plays. It gets real-time priority where that is allowed: its
 * work at each round is short and bounded, and an event must not be late because programs use the
 * processors.
 */
final class LoopThread {
  private final RunLoop loop;
  private final int priority;

  LoopThread(RunLoop loop, int priority) {
    this.loop = loop;
    this.priority = priority;
  }

  /** Plays the loop to its end. */
  RunCommand.End play() throws FabricException, InterruptedException {
    FutureTask<RunCommand.End> task =
        new FutureTask<>(
            () -> {
              ThreadPriority.tryRealTime(priority);
              return loop.play();
            });
    Thread thread = Thread.ofPlatform().name("kollaps-run").daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      Optional<FabricException> fabric =
          Optional.ofNullable(e.getCause())
              .filter(FabricException.class::isInstance)
              .map(FabricException.class::cast);
      throw fabric.orElseGet(() -> new FabricException("the run's loop broke: " + e.getCause(), e));
    } finally {
      thread.interrupt();
    }
  }
}
