package io.kollaps.node.local;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The conversations that a server holds now, and how they end with the daemon. A command may be the
 * very reason why the daemon ends ({@code kollaps node leave}): it hears its answer first.
 */
final class Conversations {
  /** A command whose answer has not begun is given this long before it is told of the stop. */
  static final Duration ANSWER = Duration.ofSeconds(3);

  /** A handler that is told of the stop ends within this time, or its connection is closed. */
  static final Duration STOP = Duration.ofSeconds(1);

  private static final Duration LOOK = Duration.ofMillis(10);

  private final Set<Conversation> held = ConcurrentHashMap.newKeySet();

  /** Holds a conversation to its end, on the calling thread. */
  void hold(Conversation conversation) {
    held.add(conversation);
    try {
      conversation.hold();
    } finally {
      held.remove(conversation);
    }
  }

  /**
   * Ends them all: those whose answer is under way are told at once, the others when their answer
   * does not come within {@link #ANSWER}. Returns when they have ended, and after {@link #ANSWER}
   * and {@link #STOP} in any case.
   */
  void end() {
    try {
      held.stream().filter(Conversation::hasTold).forEach(Conversation::stop);
      awaitNone(ANSWER);
      held.forEach(Conversation::stop);
      awaitNone(STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // who ends the daemon in a hurry closes them
    }
  }

  private void awaitNone(Duration longest) throws InterruptedException {
    long begun = System.nanoTime();
    while (held.stream().anyMatch(Conversation::isAnswering)
        && System.nanoTime() - begun < longest.toNanos()) {
      Thread.sleep(LOOK);
    }
  }
}
