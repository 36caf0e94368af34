package io.kollaps.cluster.simulate.world;

import org.jspecify.annotations.Nullable;

/** An event that is planned, and may be called off. */
public final class Alarm {
  private final long atNanos;
  private final long number;
  private @Nullable Runnable event;

  Alarm(long atNanos, long number, Runnable event) {
    this.atNanos = atNanos;
    this.number = number;
    this.event = event;
  }

  /** When it happens, in virtual time. */
  public long atNanos() {
    return atNanos;
  }

  /** Calls it off; nothing happens when it has happened. */
  public void cancel() {
    event = null;
  }

  /** Takes the event out; null when it was called off. */
  @Nullable Runnable take() {
    Runnable due = event;
    event = null;
    return due;
  }

  /** By time, then in the order of planning. */
  boolean before(Alarm other) {
    return atNanos != other.atNanos ? atNanos < other.atNanos : number < other.number;
  }
}
