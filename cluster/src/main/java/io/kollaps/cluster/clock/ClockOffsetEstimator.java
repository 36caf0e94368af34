package io.kollaps.cluster.clock;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Estimates the offset to the leader's clock from repeated exchanges (F. Cristian, "Probabilistic
 * clock synchronization", Distributed Computing 3, 1989): whatever the network did, the true offset
 * of a sample lies within half its round trip. Of the samples of the last minutes, that one counts
 * whose bound is the least now: half the round trip, and what the clocks may have drifted apart
 * since. Not for several threads.
 */
public final class ClockOffsetEstimator {
  /** Samples that are kept: four minutes of one a second. */
  public static final int SAMPLES = 240;

  /**
   * Two clocks drift apart by at most this: 100 ppm each, twice what crystals in computers have (50
   * ppm) and far below the 500 ppm that NTP steers by at most.
   */
  public static final long DRIFT_PPM = 200;

  private static final long MILLION = 1_000_000;

  private final ArrayDeque<ClockSample> samples = new ArrayDeque<>(SAMPLES);

  /** Takes a sample. One that cannot be (the answer before the question) is left out: false. */
  public boolean add(ClockSample sample) {
    if (sample.roundTripNanos() < 0
        || sample.receivedNanos() < sample.sentNanos()
        || sample.leaderSentNanos() < sample.leaderReceivedNanos()) {
      return false;
    }
    if (samples.size() == SAMPLES) {
      samples.removeFirst();
    }
    samples.addLast(sample);
    return true;
  }

  /** Forgets everything: another leader, another clock. */
  public void clear() {
    samples.clear();
  }

  /** The offset and its bound at a local time; empty before the first sample. */
  public Optional<ClockOffset> at(long localNanos) {
    return samples.stream()
        .map(
            sample ->
                new ClockOffset(
                    sample.offsetNanos(), bound(sample, localNanos), sample.roundTripNanos()))
        .min(java.util.Comparator.comparingLong(ClockOffset::boundNanos));
  }

  private static long bound(ClockSample sample, long localNanos) {
    long age = Math.max(0, localNanos - sample.receivedNanos());
    // the sample itself took time too, in which the clocks drifted
    long drifted = age + (sample.receivedNanos() - sample.sentNanos());
    return (sample.roundTripNanos() + 1) / 2 + drifted / MILLION * DRIFT_PPM + DRIFT_PPM;
  }
}
