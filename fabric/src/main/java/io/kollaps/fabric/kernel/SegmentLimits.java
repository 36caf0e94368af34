package io.kollaps.fabric.kernel;

import io.kollaps.fabric.PathShape;
import java.util.Arrays;

/**
 * How large super-packets an endpoint may send: the programs treat a super-packet as one, so where
 * something happens to single packets there must be none, and where the rate is low they must be
 * small.
 *
 * <p>A path with loss takes no super-packets. A path with a rate takes those that it serves in a
 * millisecond, as the user-space fabric has it. An endpoint sends what all of its paths take; the
 * kernel cuts up what is larger when it leaves the endpoint's device.
 */
final class SegmentLimits {
  /** What a device has that nobody limits (GSO_MAX_SEGS). */
  static final int UNLIMITED = 65_535;

  private static final long BURST_NANOS = 1_000_000;
  private static final int FULL_PACKET_BYTES = 1500;

  private char[] bySlot = new char[0];

  /** Segments that a path takes. */
  static int segments(PathShape shape) {
    if (shape.lossProbability() > 0) {
      return 1;
    }
    if (shape.rateBitsPerSecond() > PathTable.MAX_RATE) {
      return UNLIMITED;
    }
    double bytes = (double) shape.rateBitsPerSecond() * BURST_NANOS / PathLayout.WORK_PER_BYTE;
    return (int) Math.clamp(bytes / FULL_PACKET_BYTES, 1, UNLIMITED);
  }

  /** Notes what a path takes. */
  void set(int slot, int segments) {
    if (slot >= bySlot.length) {
      int before = bySlot.length;
      bySlot = Arrays.copyOf(bySlot, Math.max(slot + 1, 2 * before));
      Arrays.fill(bySlot, before, bySlot.length, (char) UNLIMITED);
    }
    bySlot[slot] = (char) segments;
  }

  /** Segments that an endpoint may send, by what its paths take. */
  int of(PathTable paths, int from, int endpointCount) {
    int least = UNLIMITED;
    for (int to = 0; to < endpointCount; to++) {
      int slot = paths.find(from, to);
      if (slot != PathTable.NONE && slot < bySlot.length) {
        least = Math.min(least, bySlot[slot]);
      }
    }
    return least;
  }
}
