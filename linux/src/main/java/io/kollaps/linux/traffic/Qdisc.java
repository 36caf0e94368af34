package io.kollaps.linux.traffic;

import io.kollaps.linux.NetlinkMessage;

/** A queueing discipline with its options. */
public sealed interface Qdisc {
  /** Its kind, as tc names it; also the end of its kernel module's name. */
  String kind();

  /** Appends what belongs into the message beside the kind. */
  void write(NetlinkMessage message);

  /** TCA_OPTIONS of linux/rtnetlink.h. */
  int OPTIONS = 2;

  /** TCA_STAB of linux/rtnetlink.h. */
  int SIZE_TABLE = 8;

  /**
   * A place for filters at both directions of a device; packets are not queued.
   *
   * @param ingressBlock number of the block of filters that it shares with other devices for what
   *     comes in; 0 for filters of its own
   */
  record Clsact(int ingressBlock) implements Qdisc {
    private static final int TCA_INGRESS_BLOCK = 13;

    @Override
    public String kind() {
      return "clsact";
    }

    @Override
    public void write(NetlinkMessage message) {
      if (ingressBlock != 0) {
        message.attribute(TCA_INGRESS_BLOCK, ingressBlock);
      }
    }
  }

  /**
   * Hierarchical token bucket.
   *
   * @param defaultMinor minor of the class for packets that no filter knows; 0 to send them
   *     unshaped
   * @param directPackets most unshaped packets that wait for the device
   * @param overheadBytes added to every packet's length, may be negative; -14 makes a device with
   *     Ethernet headers count Internet packets. The kernel counts a super-packet as one then
   */
  record Htb(int defaultMinor, int directPackets, int overheadBytes) implements Qdisc {
    private static final int TCA_HTB_INIT = 2;
    private static final int TCA_HTB_DIRECT_QLEN = 5;
    private static final int VERSION = 3;
    // of no effect: every class says its quantum; the kernel refuses 0
    private static final int RATE_TO_QUANTUM = 10;
    private static final int TCA_STAB_BASE = 1;
    private static final int LINKLAYER_ETHERNET = 1;

    @Override
    public String kind() {
      return "htb";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(OPTIONS);
      int init = message.beginStruct(TCA_HTB_INIT);
      // struct tc_htb_glob: version, rate2quantum, default class, debug, direct packets
      message.word(VERSION).word(RATE_TO_QUANTUM).word(defaultMinor).word(0).word(0).end(init);
      message.attribute(TCA_HTB_DIRECT_QLEN, directPackets).end(options);
      if (overheadBytes != 0) {
        int table = message.begin(SIZE_TABLE);
        int base = message.beginStruct(TCA_STAB_BASE);
        // struct tc_sizespec: logs of cell and size, alignment, overhead, linklayer, mpu, mtu, size
        message.bytes(0, 0, 0, 0).word(overheadBytes).word(LINKLAYER_ETHERNET);
        message.word(0).word(0).word(0).end(base).end(table);
      }
    }
  }

  /**
   * A queue bounded in bytes, dropping at the tail.
   *
   * @param limitBytes most bytes that wait
   */
  record ByteFifo(long limitBytes) implements Qdisc {
    @Override
    public String kind() {
      return "bfifo";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.beginStruct(OPTIONS);
      message.word((int) Math.min(limitBytes, 0xffffffffL)).end(options);
    }
  }

  /**
   * A queue bounded in packets, dropping at the tail.
   *
   * @param limitPackets most packets that wait
   */
  record PacketFifo(int limitPackets) implements Qdisc {
    @Override
    public String kind() {
      return "pfifo";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.beginStruct(OPTIONS);
      message.word(limitPackets).end(options);
    }
  }

  /**
   * Fair queueing that holds each packet until its time (earliest departure time).
   *
   * @param limitPackets most packets in all
   * @param flowLimitPackets most packets of one flow
   * @param pacing whether TCP's own pacing rates are enforced
   * @param quantumBytes bytes that a flow sends in its turn
   * @param initialQuantumBytes bytes that a new flow sends at first
   * @param orphanMask bits of the hash that tells packets without a socket apart
   * @param horizonMicros how far in the future a packet's time may be
   * @param horizonDrop whether packets beyond the horizon are dropped; otherwise their time is cut
   * @param timerSlackNanos how much a timer may be late to save wake-ups
   */
  record Fq(
      int limitPackets,
      int flowLimitPackets,
      boolean pacing,
      int quantumBytes,
      int initialQuantumBytes,
      int orphanMask,
      int horizonMicros,
      boolean horizonDrop,
      int timerSlackNanos)
      implements Qdisc {
    private static final int TCA_FQ_PLIMIT = 1;
    private static final int TCA_FQ_FLOW_PLIMIT = 2;
    private static final int TCA_FQ_QUANTUM = 3;
    private static final int TCA_FQ_INITIAL_QUANTUM = 4;
    private static final int TCA_FQ_RATE_ENABLE = 5;
    private static final int TCA_FQ_ORPHAN_MASK = 10;
    private static final int TCA_FQ_TIMER_SLACK = 13;
    private static final int TCA_FQ_HORIZON = 14;
    private static final int TCA_FQ_HORIZON_DROP = 15;

    @Override
    public String kind() {
      return "fq";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(OPTIONS);
      message
          .attribute(TCA_FQ_PLIMIT, limitPackets)
          .attribute(TCA_FQ_FLOW_PLIMIT, flowLimitPackets)
          .attribute(TCA_FQ_QUANTUM, quantumBytes)
          .attribute(TCA_FQ_INITIAL_QUANTUM, initialQuantumBytes)
          .attribute(TCA_FQ_RATE_ENABLE, pacing ? 1 : 0)
          .attribute(TCA_FQ_ORPHAN_MASK, orphanMask)
          .attribute(TCA_FQ_TIMER_SLACK, timerSlackNanos)
          .attribute(TCA_FQ_HORIZON, horizonMicros)
          .attribute(TCA_FQ_HORIZON_DROP, new byte[] {(byte) (horizonDrop ? 1 : 0)})
          .end(options);
    }
  }

  /**
   * Network emulation: loss, delay, jitter.
   *
   * @param latencyNanos delay of every packet
   * @param jitterNanos what the table's unit stands for; without a table the delay is uniform in
   *     latency plus or minus this
   * @param distribution the jitter's table, {@link DelayDistribution}; empty to leave the one that
   *     is there, or uniform in a new one
   * @param lossProbability chance of each packet to be dropped, in [0, 1]
   * @param limitPackets most packets in their delay
   * @param rateBytesPerSecond packets are sent at most at this rate, one after the other, and never
   *     overtake one another; 0 for no rate, and then jitter reorders
   * @param seed of the random draws, from Linux 6.6 on; earlier ones draw by themselves
   */
  record Netem(
      long latencyNanos,
      long jitterNanos,
      DelayDistribution distribution,
      double lossProbability,
      int limitPackets,
      long rateBytesPerSecond,
      long seed)
      implements Qdisc {
    private static final int TCA_NETEM_DELAY_DIST = 2;
    private static final int TCA_NETEM_RATE = 6;
    private static final int TCA_NETEM_RATE64 = 8;
    private static final int TCA_NETEM_LATENCY64 = 10;
    private static final int TCA_NETEM_JITTER64 = 11;
    private static final int TCA_NETEM_PRNG_SEED = 14;
    private static final long ALL = 0xffffffffL;

    @Override
    public String kind() {
      return "netem";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.beginStruct(OPTIONS);
      // struct tc_netem_qopt: latency, limit, loss, gap, duplicate, jitter; the 64 bit values rule
      message.word(0).word(limitPackets).word(lossWord(lossProbability)).word(0).word(0).word(0);
      message.attribute(TCA_NETEM_LATENCY64, latencyNanos);
      message.attribute(TCA_NETEM_JITTER64, jitterNanos);
      int rate = message.beginStruct(TCA_NETEM_RATE);
      // struct tc_netem_rate: rate, packet overhead, cell size, cell overhead
      message.word((int) Math.min(rateBytesPerSecond, ALL)).word(0).word(0).word(0).end(rate);
      if (rateBytesPerSecond >= ALL) {
        message.attribute(TCA_NETEM_RATE64, rateBytesPerSecond);
      }
      if (!distribution.isEmpty()) {
        message.attribute(TCA_NETEM_DELAY_DIST, distribution.table());
      }
      message.attribute(TCA_NETEM_PRNG_SEED, seed);
      message.end(options);
    }

    /** The kernel drops when a random 32-bit number is at most this; all ones drop everything. */
    static int lossWord(double probability) {
      return (int) Math.round(probability * ALL);
    }
  }
}
