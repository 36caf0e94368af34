package io.kollaps.node.run;

import io.kollaps.topology.path.CompiledExperiment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Prepares epochs ahead of their instants on a thread of its own, a few at a time: all at once,
 * many epochs of many paths would fill the memory.
 */
final class EpochPreparer implements AutoCloseable {
  /** Epochs that lie ready. */
  static final int AHEAD = 16;

  private final BlockingQueue<PreparedEpoch> ready = new ArrayBlockingQueue<>(AHEAD);
  private final Thread thread;

  EpochPreparer(CompiledExperiment compiled, Homes homes) {
    thread =
        Thread.ofPlatform()
            .name("kollaps-epochs")
            .daemon()
            .start(
                () -> {
                  try {
                    for (int index = 0; index < compiled.epochs().size(); index++) {
                      ready.put(PreparedEpoch.of(compiled, homes, index));
                    }
                  } catch (InterruptedException e) {
                    // The run is over: nobody needs the rest.
                    Thread.currentThread().interrupt();
                  }
                });
  }

  /** The next epoch, in order; waits where it is not ready yet. */
  PreparedEpoch next() throws InterruptedException {
    return ready.take();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
