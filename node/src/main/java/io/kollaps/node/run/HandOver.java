package io.kollaps.node.run;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Hands entries from any thread to one that takes them, in order. Without a lock: the run's loop
 * has real-time priority, and must not wait for a thread without it that holds one.
 *
 * @param <T> what is handed over
 */
final class HandOver<T> {
  private final int most;
  private final String stuck;
  private final ConcurrentLinkedQueue<T> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile @Nullable Thread taker;

  /**
   * Nothing waits at first.
   *
   * @param most entries that may wait
   * @param stuck what it means when more would
   */
  HandOver(int most, String stuck) {
    this.most = most;
    this.stuck = stuck;
  }

  /** Names the thread that takes, and is woken by what comes. */
  void takenBy(Thread thread) {
    taker = thread;
  }

  /**
   * Puts an entry; from any thread.
   *
   * @throws IllegalStateException when too many wait
   */
  void put(T entry) {
    if (!offer(entry)) {
      throw new IllegalStateException("more than " + most + " " + stuck);
    }
  }

  /**
   * Puts an entry that may be left out; from any thread.
   *
   * @return false when too many wait: it was left out
   */
  boolean offer(T entry) {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return false;
    }
    waiting.add(entry);
    LockSupport.unpark(taker);
    return true;
  }

  /** The next entry, if there is one; for one thread. */
  Optional<T> poll() {
    Optional<T> entry = Optional.ofNullable(waiting.poll());
    if (entry.isPresent()) {
      count.decrementAndGet();
    }
    return entry;
  }

  /** How many wait. */
  int waiting() {
    return count.get();
  }
}
