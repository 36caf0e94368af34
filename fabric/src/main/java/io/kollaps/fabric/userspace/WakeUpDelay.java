package io.kollaps.fabric.userspace;

/**
 * Estimates how long an event had waited when a sleeping thread got to it. What a thread's own
 * alarms were late by is known exactly, and an idle processor takes as long to wake up for a packet
 * as for an alarm; how long depends on how long it slept. A state machine: times are passed in.
 *
 * <p>The estimate is the lower quartile of the last {@link #SAMPLES} alarms after sleeps of about
 * the same length (of a quarter to four times): rather too little than too much, and deaf to single
 * stalls of the machine. Without {@link #LEAST_SAMPLES} alarms it is 0.
 */
final class WakeUpDelay {
  /** Alarms remembered for each length of sleep. */
  static final int SAMPLES = 16;

  /** Alarms without which nothing is estimated. */
  static final int LEAST_SAMPLES = 4;

  /** No estimate is above: a virtual machine's idle processor takes 50 to 100 us. */
  static final long MAX_NANOS = 200_000;

  private static final int CLASS_SHIFT = 2;
  private static final int CLASSES = Long.SIZE / CLASS_SHIFT;

  private final long[][] lateness = new long[CLASSES][SAMPLES];
  private final long[] sorted = new long[SAMPLES];
  private final int[] counts = new int[CLASSES];
  private final long[] estimates = new long[CLASSES];

  /**
   * An alarm, and nothing else, ended a sleep.
   *
   * @param sleptNanos from falling asleep to the alarm
   * @param lateNanos from the alarm to being awake
   */
  void alarmed(long sleptNanos, long lateNanos) {
    if (sleptNanos <= 0 || lateNanos < 0) {
      return;
    }
    int sleepClass = sleepClass(sleptNanos);
    int count = counts[sleepClass]++;
    lateness[sleepClass][count % SAMPLES] = lateNanos;
    int known = Math.min(count + 1, SAMPLES);
    if (known >= LEAST_SAMPLES) {
      estimates[sleepClass] = Math.min(MAX_NANOS, lowerQuartile(lateness[sleepClass], known));
    }
  }

  /**
   * How long ago whatever ended a sleep happened, when the thread is awake: at most as long as it
   * slept.
   */
  long estimateNanos(long sleptNanos) {
    return sleptNanos <= 0 ? 0 : Math.min(sleptNanos, estimates[sleepClass(sleptNanos)]);
  }

  private static int sleepClass(long nanos) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos)) / CLASS_SHIFT;
  }

  private long lowerQuartile(long[] values, int count) {
    for (int i = 0; i < count; i++) {
      int at = i;
      for (; at > 0 && sorted[at - 1] > values[i]; at--) {
        sorted[at] = sorted[at - 1];
      }
      sorted[at] = values[i];
    }
    return sorted[(count - 1) / 4];
  }
}
