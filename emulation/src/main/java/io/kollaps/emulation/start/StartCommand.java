package io.kollaps.emulation.start;

/** What a start agreement wants done. */
public sealed interface StartCommand {

  /** Send to the successor: the part at the next place, after the last one the first. */
  record Send(RingMessage message) implements StartCommand {}

  /**
   * Start at this instant, and tell the controller so. The last command of this agreement.
   *
   * @param instantNanos the instant on the leader's clock
   * @param turnNanos what a turn of the ring took; 0 in a ring of one
   * @param largestBoundNanos the largest bound of a clock in the ring: real starts are apart by at
   *     most twice this
   */
  record StartAt(long instantNanos, long turnNanos, long largestBoundNanos)
      implements StartCommand {}

  /**
   * Do not start, and tell the controller, which must abort this attempt on all nodes. The last
   * command of this agreement.
   *
   * @param reason why
   * @param text the same for people, with figures
   */
  record GiveUp(Reason reason, String text) implements StartCommand {}

  /** Why an agreement is given up. */
  enum Reason {
    /** This node does not know the leader's clock well enough. */
    CLOCK_UNSURE,
    /** Some node's clock is off by more than the bound that it stated: desynchronisation. */
    CLOCKS_DIFFER,
    /** The confirmed instant is too near or past: desynchronisation. */
    TOO_LATE,
    /** The successor cannot be reached, or does not take a message. */
    SUCCESSOR_UNREACHABLE,
    /** What was waited for did not come. */
    SILENCE,
    /** Turns take so long that no proposal was early enough. */
    TOO_SLOW
  }
}
