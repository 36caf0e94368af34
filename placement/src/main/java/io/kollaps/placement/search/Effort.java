package io.kollaps.placement.search;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What a search may cost: an amount of work, and a time that ends it on a slow or busy machine. As
 * long as time does not end it, the same case and seed give the same answer.
 */
public final class Effort {
  private static final int TRIALS_BETWEEN_LOOKS = 8;

  private final LongSupplier clock;
  private final Optional<Effort> whole;
  private final long endNanos;
  private final long beginNanos;
  private long trialsLeft;
  private int untilLook;
  private boolean late;

  /**
   * An amount of effort; its time runs from now.
   *
   * @param clock monotonic time in nanoseconds
   * @param timeNanos most time, at least 0
   * @param trials most trials: looks at one change of a placement
   */
  public Effort(LongSupplier clock, long timeNanos, long trials) {
    this(clock, Optional.empty(), timeNanos, trials);
  }

  private Effort(LongSupplier clock, Optional<Effort> whole, long timeNanos, long trials) {
    this.clock = clock;
    this.whole = whole;
    this.beginNanos = clock.getAsLong();
    this.endNanos = beginNanos + timeNanos;
    this.trialsLeft = trials;
  }

  /** Uses one trial; false when nothing is left. */
  boolean trial() {
    return trials(1);
  }

  /** Uses so many trials; false when nothing is left. */
  boolean trials(int count) {
    if (late || trialsLeft <= 0 || (whole.isPresent() && !whole.get().trials(count))) {
      return false;
    }
    trialsLeft -= count;
    untilLook -= count;
    if (untilLook <= 0) {
      untilLook = TRIALS_BETWEEN_LOOKS;
      look();
    }
    return !late;
  }

  /** Looks at the clock; true when nothing is left. */
  boolean spent() {
    look();
    return late || trialsLeft <= 0 || (whole.isPresent() && whole.get().spent());
  }

  /** Looks at the clock; true when its time is over. */
  boolean late() {
    look();
    return late;
  }

  private void look() {
    late = late || clock.getAsLong() - endNanos >= 0;
  }

  /** Time since its begin. */
  public long usedNanos() {
    return clock.getAsLong() - beginNanos;
  }

  /** A share of what is left, with so many trials at most. */
  Effort part(double share, long mostTrials) {
    long left = Math.max(0, endNanos - clock.getAsLong());
    long trials = Math.min((long) (trialsLeft * share), mostTrials);
    return new Effort(clock, Optional.of(this), (long) (left * share), trials);
  }
}
