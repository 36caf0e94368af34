package io.kollaps.emulation;

import java.util.function.DoublePredicate;

/**
 * A flow of this part: what it used, whether it is active, and what it is said to want. It is kept
 * for a demand window after its end, so that a flow that stops and starts is judged by what it did
 * and not taken as greedy each time.
 */
final class OwnFlow {
  /** A flow is not over while this many full packets at its rate could be under way. */
  private static final int SILENT_PACKETS = 3;

  /** Nor within its round trip and a quarter, for queues on the way. */
  private static final double ROUND_TRIPS = 1.25;

  private static final double PACKET_BITS = 1500 * 8;

  /** Longest silence that round trip or packets can ask for: 2 s. */
  private static final long MAX_SILENCE_NANOS = 2_000_000_000L;

  private final int pathId;
  private final CoreSettings settings;
  private final UsageWindow window;
  private final long bornNanos;
  private long lastReadNanos;
  private long lastTrafficNanos;
  private boolean active;
  private boolean told;
  private long demand;
  private double fairShare;
  private long roundTripNanos;

  OwnFlow(int pathId, CoreSettings settings, long bornNanos) {
    this.pathId = pathId;
    this.settings = settings;
    this.bornNanos = bornNanos;
    lastReadNanos = bornNanos;
    window = new UsageWindow(settings.demandWindowNanos(), settings.demandMeanNanos());
  }

  /** Its path's round-trip time from now on. */
  void onPath(long roundTrip) {
    roundTripNanos = roundTrip;
  }

  int pathId() {
    return pathId;
  }

  boolean active() {
    return active;
  }

  /** What it is said to want: the same number that the other parts get. */
  long demand() {
    return demand;
  }

  boolean greedy() {
    return demand == FlowTable.UNLIMITED;
  }

  double used() {
    return window.latest();
  }

  /**
   * Takes a reading.
   *
   * @param grant the path's rate while it was taken
   * @param threshold rate from which a flow is active
   */
  void read(
      long nowNanos,
      long intervalNanos,
      long bytes,
      boolean backlogged,
      long grant,
      double threshold) {
    double rate = bytes * 8e9 / intervalNanos;
    boolean evidence = backlogged || rate >= settings.greedyFraction() * grant;
    window.add(nowNanos, intervalNanos, bytes, evidence);
    lastReadNanos = nowNanos;
    if (bytes > 0 || backlogged) {
      lastTrafficNanos = nowNanos;
    }
    if (!active && (backlogged || rate > threshold)) {
      active = true;
      told = false;
    }
  }

  /** Takes a reading that left this flow out, unless it was read at this time. */
  void readSilence(long nowNanos, long intervalNanos) {
    if (lastReadNanos != nowNanos) {
      lastReadNanos = nowNanos;
      window.add(nowNanos, intervalNanos, 0, false);
    }
  }

  /** Ends the flow when it was silent for long enough; true when it ended now. */
  boolean endIfSilent(long nowNanos, long grant) {
    if (!active || nowNanos - lastTrafficNanos < silence(grant)) {
      return false;
    }
    active = false;
    return true;
  }

  /**
   * How long a silence ends the flow: a sender that starts sends once in a round trip, and at a low
   * rate packets themselves are far apart.
   */
  private long silence(long grant) {
    double packets = SILENT_PACKETS * PACKET_BITS * 1e9 / grant;
    double longer = Math.min(MAX_SILENCE_NANOS, Math.max(ROUND_TRIPS * roundTripNanos, packets));
    return Math.max(settings.silenceNanos(), (long) longer);
  }

  /** True when nothing of it needs to be remembered. */
  boolean forgotten(long nowNanos) {
    return !active
        && nowNanos - lastTrafficNanos >= settings.silenceNanos() + settings.demandWindowNanos();
  }

  /** Stops it at once: its path is gone. */
  void cut() {
    active = false;
  }

  /** What became of a flow's demand. */
  enum Judgement {
    /** The demand that counts stays. */
    SAME,
    /** It is only taken over exactly, as is done with every full report. */
    EXACT,
    /** It wants another number. */
    NUMBER,
    /** It is new, wants all it can get, or no longer all. */
    KIND
  }

  /**
   * Judges what an active flow wants.
   *
   * @param fairShareNow what it would get if all flows were greedy; 0 when not known: the last
   *     known one counts
   * @param exactly true to take over small changes too
   * @param passOver is asked about a change of the demand by so many bits per second that is not
   *     small: true when nobody's share depends on it, and it may wait
   */
  Judgement judge(long nowNanos, double fairShareNow, boolean exactly, DoublePredicate passOver) {
    fairShare = fairShareNow > 0 ? fairShareNow : fairShare;
    long wanted = wanted(nowNanos);
    if (told && wanted == demand) {
      return Judgement.SAME;
    }
    boolean kind = !told || wanted == FlowTable.UNLIMITED || demand == FlowTable.UNLIMITED;
    boolean waits = !kind && (small(wanted) || mayWait(wanted, passOver));
    if (waits && !exactly) {
      return Judgement.SAME;
    }
    told = true;
    demand = wanted;
    return kind ? Judgement.KIND : waits ? Judgement.EXACT : Judgement.NUMBER;
  }

  private boolean small(long wanted) {
    double part = settings.demandChangeFraction() * demand;
    long change = Math.abs(wanted - demand);
    return change <= part || change <= settings.demandChangeFloorBitsPerSecond();
  }

  /** More than the fair share is only granted to a demand that counts. */
  private boolean mayWait(long wanted, DoublePredicate passOver) {
    boolean granted = wanted < demand || wanted <= fairShare;
    return granted && passOver.test((double) wanted - demand);
  }

  private long wanted(long nowNanos) {
    boolean judgeable = nowNanos - bornNanos >= settings.demandWindowNanos() && fairShare > 0;
    if (!judgeable || window.wantsMore(nowNanos)) {
      return FlowTable.UNLIMITED;
    }
    return DemandScale.roundUp(Rates.setting(settings.demand(window.largest(nowNanos), fairShare)));
  }
}
