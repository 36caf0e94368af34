package io.kollaps.node.run;

import java.util.Optional;
import java.util.function.Consumer;

/** Ends a run early from another thread, for example at Ctrl-C. */
public final class StopSwitch {
  private Optional<String> reason = Optional.empty();
  private Consumer<String> listener = why -> {};

  /** Asks the run to end; only the first reason counts. */
  public synchronized void ask(String why) {
    if (reason.isEmpty()) {
      reason = Optional.of(why);
      listener.accept(why);
    }
  }

  /** Why the run was asked to end, empty when it was not. */
  public synchronized Optional<String> asked() {
    return reason;
  }

  /** Sets who is told; told at once when the run was asked to end before. */
  synchronized void hear(Consumer<String> newListener) {
    listener = newListener;
    reason.ifPresent(newListener);
  }
}
