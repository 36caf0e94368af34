package io.kollaps.fabric.overlay;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Measures what packets take to the peers by themselves: half of the shortest round trip of a few
 * small probes. The shortest, since what is taken off a path's latency must not be more than a
 * packet needs: one that is early would be wrong whatever the machines do, one that is late is so
 * by what they were busy with.
 *
 * <p>Answers do not say which request they belong to. So a round begins when nothing is under way
 * any more, and a peer whose answer did not come in its round is not asked again.
 */
final class TransitMeasure {
  /** Requests to each peer. Of ten, one meets two nodes that are not busy with anything else. */
  static final int ROUNDS = 10;

  /** Longest round trip that is waited for: more than that of any two places on Earth. */
  static final long LONGEST_ROUND_TRIP_NANOS = 1_000_000_000;

  /**
   * No answer for this long means that what was sent before is answered or lost: {@link PeerCheck}
   * sends more often, and answers come as far apart as their requests were sent.
   */
  static final long CALM_NANOS = 2 * PeerCheck.ROUND_NANOS;

  /** So long an answer is looked for without rest, as a rest is as long as a short round trip. */
  private static final long RESTLESS_NANOS = 2_000_000;

  private static final long LONGEST_REST_NANOS = 1_000_000;
  private static final int RESTS_IN_A_ROUND_TRIP = 16;

  private static final long NOT_MEASURED = Long.MAX_VALUE;

  private final ProbePort port;
  private final LongSupplier clock;
  private final LongConsumer rest;
  private final int[] requests;
  private final long[] shortest;
  private final boolean[] reliable;

  /**
   * A measurement.
   *
   * @param requests how many small requests each peer was sent before
   * @param clock nanoseconds
   * @param rest lets others have the processor for so many nanoseconds, or just a moment for 0
   */
  TransitMeasure(ProbePort port, int[] requests, LongSupplier clock, LongConsumer rest) {
    this.port = port;
    this.requests = requests.clone();
    this.clock = clock;
    this.rest = rest;
    this.shortest = new long[requests.length];
    this.reliable = new boolean[requests.length];
    Arrays.fill(shortest, NOT_MEASURED);
    Arrays.fill(reliable, true);
  }

  /**
   * Measures; takes ten times the longest round trip, and at most 11 s. Interrupting ends it.
   *
   * @return one-way transit to each peer in nanoseconds, 0 where no answer came
   */
  long[] run() {
    awaitWhatIsUnderWay();
    for (int round = 0; round < ROUNDS && !Thread.currentThread().isInterrupted(); round++) {
      round(round);
    }
    return Arrays.stream(shortest).map(trip -> trip == NOT_MEASURED ? 0 : trip / 2).toArray();
  }

  private void awaitWhatIsUnderWay() {
    long begin = clock.getAsLong();
    long last = begin;
    int came = -1;
    while (missing() > 0
        && clock.getAsLong() - last < CALM_NANOS
        && clock.getAsLong() - begin < LONGEST_ROUND_TRIP_NANOS) {
      int now = 0;
      for (int peer = 0; peer < requests.length; peer++) {
        now += answers(peer);
      }
      if (now != came) {
        came = now;
        last = clock.getAsLong();
      }
      rest.accept(LONGEST_REST_NANOS);
    }
  }

  private int missing() {
    int missing = 0;
    for (int peer = 0; peer < requests.length; peer++) {
      missing += Math.max(0, requests[peer] - answers(peer));
    }
    return missing;
  }

  /** All peers at once, each time with another one first. */
  private void round(int round) {
    int count = requests.length;
    int[] before = new int[count];
    long[] sent = new long[count];
    boolean[] open = new boolean[count];
    int missing = 0;
    for (int i = 0; i < count; i++) {
      int peer = (i + round) % count;
      if (reliable[peer]) {
        before[peer] = answers(peer);
        sent[peer] = clock.getAsLong();
        open[peer] = port.request(peer, InnerFrame.SMALLEST_PROBE_BYTES) == 0;
        missing += open[peer] ? 1 : 0;
        missing -= collect(before, sent, open);
      }
    }
    long begin = clock.getAsLong();
    while (missing > 0 && clock.getAsLong() - begin < LONGEST_ROUND_TRIP_NANOS) {
      long waited = clock.getAsLong() - begin;
      rest.accept(
          waited < RESTLESS_NANOS
              ? 0
              : Math.min(waited / RESTS_IN_A_ROUND_TRIP, LONGEST_REST_NANOS));
      missing -= collect(before, sent, open);
    }
    for (int peer = 0; peer < count; peer++) {
      reliable[peer] &= !open[peer];
    }
  }

  private int collect(int[] before, long[] sent, boolean[] open) {
    int came = 0;
    for (int peer = 0; peer < open.length; peer++) {
      if (open[peer] && answers(peer) != before[peer]) {
        shortest[peer] = Math.min(shortest[peer], clock.getAsLong() - sent[peer]);
        open[peer] = false;
        came++;
      }
    }
    return came;
  }

  private int answers(int peer) {
    return port.answers(peer, InnerFrame.SMALLEST_PROBE_BYTES);
  }
}
