package io.kollaps.node.deploy;

import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Sends messages to others, those to one receiver in order and one at a time, each receiver by a
 * thread of its own. A message that finds no room is lost: senders repeat what matters.
 */
final class Outbox<K, M> implements AutoCloseable {
  private static final int MOST_WAITING = 256;
  private static final long IDLE_SECONDS = 60;

  private final BiConsumer<K, M> sending;
  private final Map<K, BlockingQueue<M>> queues = new ConcurrentHashMap<>();
  private volatile boolean running = true;

  /** With what sends one, which may wait and must not throw. */
  Outbox(BiConsumer<K, M> sending) {
    this.sending = sending;
  }

  /** Sends soon; returns at once. */
  void send(K to, M message) {
    var _ =
        queues.compute(
            to,
            (receiver, known) -> {
              BlockingQueue<M> queue = known == null ? begin(receiver) : known;
              var _ = queue.offer(message);
              return queue;
            });
  }

  private BlockingQueue<M> begin(K receiver) {
    BlockingQueue<M> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    Thread.ofVirtual().name("kollaps-outbox").start(() -> drain(receiver, queue));
    return queue;
  }

  private void drain(K receiver, BlockingQueue<M> queue) {
    try {
      while (running) {
        M next = queue.poll(IDLE_SECONDS, TimeUnit.SECONDS);
        if (next != null) {
          sending.accept(receiver, next);
        } else if (queues.computeIfPresent(receiver, (k, q) -> q.isEmpty() ? null : q) == null) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    running = false;
    queues.clear();
  }
}
