package io.kollaps.node.run;

import java.util.concurrent.locks.LockSupport;

/**
 * Looks at what endpoints wait for, on a thread of its own: the looks take as long as the kernel
 * likes, and must not delay the loop.
 */
final class ConditionWatch implements AutoCloseable {
  /** Time between two looks: how much later than it could a program that waits begins, at most. */
  static final long LOOK_NANOS = 5_000_000L;

  private static final long CLOSE_MILLIS = 2_000;

  private final StartConditions conditions;
  private final Thread thread;
  private volatile boolean closing;

  ConditionWatch(StartConditions conditions) {
    this.conditions = conditions;
    this.thread = Thread.ofPlatform().name("kollaps-conditions").daemon().start(this::work);
    conditions.tellWhenSomethingWaits(() -> LockSupport.unpark(thread));
  }

  private void work() {
    while (!closing) {
      if (conditions.look()) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      } else {
        LockSupport.park(this);
      }
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
