package io.kollaps.fabric.conformance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far from the ideal a fabric may be found, by kernel. They bound what the machine adds, not
 * what a fabric may do wrong: a fabric that forgets a property, or applies it twice, is outside of
 * all of them. Accuracy itself is measured by {@code kollaps bench fabric}.
 *
 * @param smallestExcessMillis most that the smallest of many round trips may lie above the ideal
 * @param medianExcessMillis the same for their median
 * @param rateBelow part of the ideal goodput that has to arrive
 * @param rateAbove part of the ideal goodput that may arrive, beside what was held back before
 * @param jitterShare how far the measured deviation may lie from the one asked for, as part of it
 * @param burstPackets packets that may pass beyond the rate at once
 * @param highestTcpRate highest rate at which TCP is looked at, in bits per second
 * @param highestUdpRate the same for UDP
 */
public record Tolerances(
    double smallestExcessMillis,
    double medianExcessMillis,
    double rateBelow,
    double rateAbove,
    double jitterShare,
    int burstPackets,
    long highestTcpRate,
    long highestUdpRate) {
  private static final long MEGA = 1_000_000;

  /**
   * For how long the machine may hold traffic back and then let it go at once: a program that is
   * not run reads later what came meanwhile, and TCP gives what lies behind a lost packet when that
   * one comes. Where it was held back before the measure began it counts in it.
   */
  private static final double HELD_BACK_SECONDS = 0.1;

  /** This machine's kernel. Others may hold the processors for milliseconds. */
  public static final Tolerances NATIVE =
      new Tolerances(8, 25, 0.8, 1.02, 0.3, 2, 100 * MEGA, 20 * MEGA);

  /**
   * The test kernel: one processor for everything, timers late by 0.1 to 0.3 ms, a system call
   * takes 13 us. Above 100 Mbit/s of TCP and 10 Mbit/s of UDP the kernel is measured, not the
   * fabric.
   */
  public static final Tolerances TEST_KERNEL =
      new Tolerances(3, 12, 0.75, 1.03, 0.35, 4, 100 * MEGA, 10 * MEGA);

  /**
   * Asserts that no more arrived than the rate allows, and no less than programs with too little
   * processor time make of it.
   *
   * @param idealBitsPerSecond of payload
   * @param seconds how long was measured
   * @param measured bits of payload per second
   * @param what was measured, for the message
   */
  public void expectGoodput(
      double idealBitsPerSecond, double seconds, double measured, String what) {
    assertThat(measured)
        .as(what)
        .isBetween(
            idealBitsPerSecond * rateBelow,
            idealBitsPerSecond * (rateAbove + HELD_BACK_SECONDS / seconds));
  }

  /** Those of the kernel that this runs on. */
  public static Tolerances here() {
    return inTestKernel() ? TEST_KERNEL : NATIVE;
  }

  /** True in the guest of scripts/test-kernel. */
  public static boolean inTestKernel() {
    return "yes".equals(System.getenv("KOLLAPS_TEST_KERNEL"));
  }
}
