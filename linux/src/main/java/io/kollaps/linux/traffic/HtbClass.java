package io.kollaps.linux.traffic;

import io.kollaps.linux.NetlinkMessage;

/**
 * A class of a hierarchical token bucket.
 *
 * @param rateBytesPerSecond its rate, at least 1
 * @param ceilBytesPerSecond the rate up to which it may borrow, at least the rate
 * @param burstNanos how long it may have waited and still make up for it, at its rate
 * @param ceilBurstNanos the same at the other rate
 * @param quantumBytes bytes that it sends in its turn
 * @param overheadBytes counted with every packet, 0 to 65535
 */
public record HtbClass(
    long rateBytesPerSecond,
    long ceilBytesPerSecond,
    long burstNanos,
    long ceilBurstNanos,
    int quantumBytes,
    int overheadBytes) {
  private static final int TCA_HTB_PARMS = 1;
  private static final int TCA_HTB_RATE64 = 6;
  private static final int TCA_HTB_CEIL64 = 7;
  private static final int LINKLAYER_ETHERNET = 1;
  private static final long ALL = 0xffffffffL;
  private static final int NANOS_PER_TICK_LOG = 6; // PSCHED_SHIFT of net/pkt_sched.h

  /** One with the same rate, ceiling and bursts for both. */
  public static HtbClass ofRate(
      long rateBytesPerSecond, long burstNanos, int quantumBytes, int overheadBytes) {
    return new HtbClass(
        rateBytesPerSecond,
        rateBytesPerSecond,
        burstNanos,
        burstNanos,
        quantumBytes,
        overheadBytes);
  }

  void write(NetlinkMessage message) {
    int options = message.begin(Qdisc.OPTIONS);
    int parameters = message.beginStruct(TCA_HTB_PARMS);
    // struct tc_htb_opt: rate, ceil, buffer, cbuffer, quantum, level, prio
    rate(message, rateBytesPerSecond);
    rate(message, ceilBytesPerSecond);
    message.word(ticks(burstNanos)).word(ticks(ceilBurstNanos)).word(quantumBytes).word(0).word(0);
    message.end(parameters);
    if (rateBytesPerSecond >= ALL) {
      message.attribute(TCA_HTB_RATE64, rateBytesPerSecond);
    }
    if (ceilBytesPerSecond >= ALL) {
      message.attribute(TCA_HTB_CEIL64, ceilBytesPerSecond);
    }
    message.end(options);
  }

  private void rate(NetlinkMessage message, long bytesPerSecond) {
    // struct tc_ratespec: log of cell, linklayer, overhead, alignment, mpu, rate; with a linklayer
    // the kernel computes times itself and needs no table
    message.bytes(0, LINKLAYER_ETHERNET).half(overheadBytes).half(0).half(0);
    message.word((int) Math.min(bytesPerSecond, ALL));
  }

  private static int ticks(long nanos) {
    return (int) Math.min(nanos >> NANOS_PER_TICK_LOG, ALL >> 1);
  }
}
