package io.kollaps.cluster.simulate.world;

import io.kollaps.cluster.simulate.SplitMix64;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, chance, and a trace. Everything that happens is an event at an instant; events of
 * one instant happen in the order in which they were planned. Not safe for threads.
 */
public final class World {
  /** Most events that may wait at a time: a story that plans more than it plays is stuck. */
  public static final int MAX_WAITING = 20_000_000;

  private final long seed;
  private final Trace trace;
  private final EventQueue waiting = new EventQueue();
  private long nowNanos;
  private long planned;
  private long played;

  /**
   * A world at instant 0.
   *
   * @param seed of all chance in it
   * @param trace takes what happens
   */
  public World(long seed, Trace trace) {
    this.seed = seed;
    this.trace = trace;
  }

  /** The seed of this world. */
  public long seed() {
    return seed;
  }

  /** Virtual time since the beginning. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Events that have happened. */
  public long played() {
    return played;
  }

  /** What happened so far. */
  public Trace trace() {
    return trace;
  }

  /** A source of chance of its own for each purpose: what one draws changes nothing for others. */
  public SplitMix64 random(String purpose) {
    return new SplitMix64(new SplitMix64(seed ^ ((long) purpose.hashCode() << 32)).nextLong());
  }

  /** Plans an event so long after now; a time that is not positive is now. */
  public Alarm after(long delayNanos, Runnable event) {
    return at(nowNanos + Math.max(0, delayNanos), event);
  }

  /**
   * Plans an event at an instant; what has passed is now.
   *
   * @throws IllegalStateException when {@link #MAX_WAITING} events wait
   */
  public Alarm at(long atNanos, Runnable event) {
    if (waiting.size() >= MAX_WAITING) {
      throw new IllegalStateException(
          MAX_WAITING + " events wait: something plans events without end");
    }
    Alarm alarm = new Alarm(Math.max(nowNanos, atNanos), planned++, event);
    waiting.add(alarm);
    return alarm;
  }

  /** Lets time pass until an instant, with everything that happens up to it. */
  public void playUntil(long atNanos) {
    @Nullable Alarm next = waiting.peek();
    while (next != null && next.atNanos() <= atNanos) {
      waiting.remove();
      Runnable due = next.take();
      if (due != null) {
        nowNanos = next.atNanos();
        played++;
        trace.time(nowNanos);
        due.run();
      }
      next = waiting.peek();
    }
    nowNanos = Math.max(nowNanos, atNanos);
  }

  /** Lets time pass. */
  public void playFor(long nanos) {
    playUntil(nowNanos + nanos);
  }

  /**
   * Demands an invariant.
   *
   * @param good whether it holds
   * @param broken what is wrong otherwise, for people
   * @throws InvariantBroken when it does not hold
   */
  public void demand(boolean good, Told broken) {
    if (!good) {
      throw new InvariantBroken(seed, nowNanos, broken.tell());
    }
  }

  /** A text that is only made when it is needed. */
  @FunctionalInterface
  public interface Told {
    /** Makes it. */
    String tell();
  }
}
