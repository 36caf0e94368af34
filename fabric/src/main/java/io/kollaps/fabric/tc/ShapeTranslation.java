package io.kollaps.fabric.tc;

import io.kollaps.fabric.PathShape;
import io.kollaps.linux.traffic.DelayDistribution;
import io.kollaps.linux.traffic.HtbClass;
import io.kollaps.linux.traffic.Qdisc.ByteFifo;
import io.kollaps.linux.traffic.Qdisc.Netem;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;

/**
 * What a path's shape means for traffic control: a class of htb with the rate, in it netem with
 * loss and delay, in that a queue bounded in bytes. A packet is lost or delayed first; then it
 * waits in the queue until its class may send. For a constant delay that gives the same departures
 * as a queue before the delay: the rate and the delay may change places.
 */
final class ShapeTranslation {
  /** A rate from which on there is no limit: 10 Tbit/s, what htb can count without error. */
  static final long UNLIMITED_BYTES_PER_SECOND = 1_250_000_000_000L;

  /**
   * How long a class may have waited and make up for it: more than a timer is late on a machine
   * that is not overloaded, less than what a program notices.
   */
  static final long BURST_NANOS = 2_000_000;

  /**
   * With any rate, netem keeps packets in order and takes them off their socket's account, so that
   * TCP does not hold back what waits in the emulated network; at this one a packet takes 1 ns.
   */
  static final long ORDERED_BYTES_PER_SECOND = 1L << 40;

  /** Packets that a delay line has room for beside those of its rate. */
  static final int LEAST_DELAYED_PACKETS = 10_000;

  /** Most packets in one delay line; 1500 bytes each, they take 2.3 GB of kernel memory. */
  static final int MOST_DELAYED_PACKETS = 1_000_000;

  /** Longest latency and largest jitter deviation, some three years. */
  static final long MAX_DELAY_NANOS = 100_000_000_000_000_000L;

  private static final long NANOS = 1_000_000_000L;
  private static final long MAX_QUEUE_BYTES = 1L << 30;
  // what a sender may offer beyond the rate, and how small its packets may be, until the delay
  // line's bound is met before the queue's
  private static final double OVERLOAD = 4;
  private static final int SMALL_PACKET_BYTES = 256;
  private static final double FASTEST_SENDER_BYTES_PER_SECOND = 1.25e9;

  private ShapeTranslation() {}

  /**
   * Checks a shape.
   *
   * @throws IllegalArgumentException when a value is out of range
   */
  static void check(PathShape shape) {
    long limit =
        switch (shape.queueLimit()) {
          case QueueLimit.Time(long nanos) -> nanos;
          case QueueLimit.Bytes(long bytes) -> bytes;
        };
    double loss = shape.lossProbability();
    check(inRange(shape.latencyNanos()), "latency", shape);
    check(inRange(shape.jitter().deviationNanos()), "jitter", shape);
    check(loss >= 0 && loss <= 1, "loss", shape);
    check(shape.rateBitsPerSecond() >= 1, "rate", shape);
    check(limit >= 0, "queue limit", shape);
  }

  private static boolean inRange(long delayNanos) {
    return delayNanos >= 0 && delayNanos <= MAX_DELAY_NANOS;
  }

  private static void check(boolean fits, String what, PathShape shape) {
    if (!fits) {
      throw new IllegalArgumentException("a path's " + what + " is out of range: " + shape);
    }
  }

  /** Rounded to whole bytes per second, at least one: that is what the kernel counts in. */
  static long bytesPerSecond(PathShape shape) {
    long rate = shape.rateBitsPerSecond();
    long bytes = rate / 8 + (rate % 8 >= 4 ? 1 : 0);
    return Math.clamp(bytes, 1, UNLIMITED_BYTES_PER_SECOND);
  }

  /** The class; all classes are their own roots, so the quantum only orders what leaves at once. */
  static HtbClass htbClass(PathShape shape, int mtu) {
    return HtbClass.ofRate(
        bytesPerSecond(shape), BURST_NANOS, mtu, shape.framing().overheadBytes());
  }

  /** The queue; at least two full packets always fit. It counts bytes of Internet packets. */
  static ByteFifo queue(PathShape shape, int mtu) {
    double bytes =
        switch (shape.queueLimit()) {
          case QueueLimit.Time(long nanos) -> (double) bytesPerSecond(shape) * nanos / NANOS;
          case QueueLimit.Bytes(long limit) -> limit;
        };
    if (shape.framing() == Framing.ETHERNET) {
      // as many full packets as with the framing counted
      bytes *= (double) mtu / (mtu + Framing.ETHERNET_OVERHEAD_BYTES);
    }
    return new ByteFifo((long) Math.clamp(bytes, 2.0 * mtu, MAX_QUEUE_BYTES));
  }

  /**
   * The delay line.
   *
   * @param open false to lose everything: the path is cut
   * @param newTable whether the jitter's table must be sent; otherwise the one that is there stays
   * @param seed of its draws
   */
  static Netem delayLine(PathShape shape, boolean open, boolean newTable, long seed) {
    Jitter jitter = shape.jitter();
    boolean jitters = jitter.deviationNanos() > 0;
    return new Netem(
        shape.latencyNanos(),
        jitter.deviationNanos(),
        jitters && newTable ? table(jitter.distribution()) : DelayDistribution.NONE,
        open ? shape.lossProbability() : 1,
        delayedPackets(shape),
        jitters && jitter.reorders() ? 0 : ORDERED_BYTES_PER_SECOND,
        seed);
  }

  private static DelayDistribution table(Jitter.Distribution distribution) {
    return switch (distribution) {
      case NORMAL -> DelayDistribution.NORMAL;
      case UNIFORM -> DelayDistribution.UNIFORM;
    };
  }

  /** Bandwidth-delay product in small packets, for a sender that offers more than the rate. */
  static int delayedPackets(PathShape shape) {
    double seconds = (shape.latencyNanos() + 4.0 * shape.jitter().deviationNanos()) / NANOS;
    double rate = Math.min((double) bytesPerSecond(shape), FASTEST_SENDER_BYTES_PER_SECOND);
    double packets = OVERLOAD * rate * seconds / SMALL_PACKET_BYTES;
    return (int) Math.min(LEAST_DELAYED_PACKETS + packets, MOST_DELAYED_PACKETS);
  }
}
