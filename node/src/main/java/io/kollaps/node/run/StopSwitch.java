package io.kollaps.node.run;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Ends a run early from another thread, for example at Ctrl-C. */
public final class StopSwitch {
  private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
  private final AtomicReference<Consumer<String>> hearer = new AtomicReference<>(why -> {});

  /** Asks the run to end; only the first reason counts. */
  public void ask(String why) {
    if (reason.compareAndSet(null, why)) {
      hearer.get().accept(why);
    }
  }

  /** Why the run was asked to end, empty when it was not. */
  public Optional<String> asked() {
    return Optional.ofNullable(reason.get());
  }

  /** Sets who is told; told at once when the run was asked to end before. */
  void hear(Consumer<String> listener) {
    hearer.set(listener);
    String why = reason.get();
    if (why != null) {
      listener.accept(why);
    }
  }
}
