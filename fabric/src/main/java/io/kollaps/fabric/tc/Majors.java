package io.kollaps.fabric.tc;

import io.kollaps.linux.traffic.Handle;
import java.util.BitSet;

/**
 * Numbers for the queueing disciplines of a device. The kernel finds a discipline in one of 16
 * lists of its device, and the root with every change of a class: the root's list gets no others,
 * or a device with thousands would search them each time.
 */
final class Majors {
  /** Number of the root. */
  static final int ROOT = 1;

  // hash_32 of linux/hash.h, to the 4 bits of net_device.qdisc_hash
  private static final int GOLDEN_RATIO_32 = 0x61C88647;
  private static final int LIST_BITS = 4;

  private final BitSet used = new BitSet();

  /**
   * Takes a free one.
   *
   * @throws IllegalStateException when all are used
   */
  int take() {
    int major = used.nextClearBit(ROOT + 1);
    while (list(major) == list(ROOT)) {
      major = used.nextClearBit(major + 1);
    }
    if (major > Handle.MAX_MAJOR) {
      throw new IllegalStateException("a device has room for no more queueing disciplines");
    }
    used.set(major);
    return major;
  }

  /** Gives one back. */
  void free(int major) {
    used.clear(major);
  }

  static int list(int major) {
    return (Handle.of(major, 0) * GOLDEN_RATIO_32) >>> (Integer.SIZE - LIST_BITS);
  }
}
