package io.kollaps.cluster.simulate.world;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call under way.
 *
 * @param <M> messages
 */
final class Call<M> {
  private final Host<M> from;
  private final Host<M> to;
  private final int fromStarts;
  private final long deadlineNanos;
  private final Consumer<Reply<M>> done;
  private @Nullable Alarm deadline;
  private boolean ended;

  Call(Host<M> from, Host<M> to, long deadlineNanos, Consumer<Reply<M>> done) {
    this.from = from;
    this.to = to;
    this.fromStarts = from.starts();
    this.deadlineNanos = deadlineNanos;
    this.done = done;
  }

  Host<M> from() {
    return from;
  }

  Host<M> to() {
    return to;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Takes the alarm that ends it at its deadline; it is called off when the call ends before. */
  void deadline(Alarm alarm) {
    deadline = alarm;
  }

  boolean ended() {
    return ended;
  }

  /** Ends it for the caller, once, unless that one has crashed. */
  void end(Reply<M> reply) {
    from.happen(
        fromStarts,
        () -> {
          if (!ended) {
            ended = true;
            if (deadline != null) {
              deadline.cancel();
            }
            to.incoming().remove(this);
            done.accept(reply);
          }
        });
  }
}
