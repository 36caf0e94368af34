package io.kollaps.emulation;

import java.util.Arrays;

/**
 * What a newcomer would be granted, exactly, without solving again for each.
 *
 * <p>Let the flows i with weights w_i have the shares x_i of a progressive filling, and let a
 * greedy newcomer of weight w fill along with them. Until the newcomer stops, none of its links is
 * full, so every other flow grows and stops as it did without the newcomer: at level t it has
 * min(w_i t, x_i). The newcomer stops when the first of its links is full. So its level is the
 * smallest, over its links l with capacity C_l, of the level t_l at which
 *
 * <pre>  w t_l + sum over flows i on l of min(w_i t_l, x_i) = C_l</pre>
 *
 * <p>and its share is w times that, or its path's rate if that is less. What the arrival then does
 * to other flows, directly or through other links, happens at higher levels and cannot change it.
 *
 * <p>The sum is piecewise linear in t with its corners at the levels at which the flows stopped,
 * which is the order in which the solver stops them: one pass builds all links' corners, and a link
 * is asked in O(log flows on it).
 */
final class LinkLevels {
  private int[] offset = new int[64];
  private int[] cursor = new int[64];
  private double[] cornerLevel = new double[256];
  private double[] stoppedBefore = new double[256];
  private double[] growingFrom = new double[256];
  private final SharingSolver solver;

  /** Reads the answers of a solver; {@link #build} after each of its solutions. */
  LinkLevels(SharingSolver solver) {
    this.solver = solver;
  }

  /** Takes over the solver's last solution. */
  void build(FlowTable flows) {
    int slots = solver.slots();
    if (slots + 1 > offset.length) {
      offset = new int[slots * 2 + 1];
      cursor = new int[slots * 2 + 1];
    }
    offset[0] = 0;
    for (int slot = 0; slot < slots; slot++) {
      // One more than flows: the last corner is where all have stopped.
      offset[slot + 1] = offset[slot] + solver.flowsOfSlot(slot) + 1;
      cursor[slot] = offset[slot];
    }
    int corners = offset[slots];
    if (corners > cornerLevel.length) {
      int larger = Math.max(corners, cornerLevel.length * 2);
      cornerLevel = new double[larger];
      stoppedBefore = new double[larger];
      growingFrom = new double[larger];
    }
    Arrays.fill(cornerLevel, 0, corners, Double.POSITIVE_INFINITY);
    placeFlows(flows);
    sumUp(slots);
  }

  private void placeFlows(FlowTable flows) {
    for (int position = 0; position < flows.size(); position++) {
      int flow = solver.stoppedAt(position);
      for (int hop = flows.firstHop(flow); hop < flows.firstHop(flow + 1); hop++) {
        int slot = solver.slotOfLink(flows.linkAt(hop));
        if (slot >= 0) {
          int at = cursor[slot]++;
          cornerLevel[at] = solver.level(flow);
          stoppedBefore[at] = solver.share(flow);
          growingFrom[at] = flows.weight(flow);
        }
      }
    }
  }

  private void sumUp(int slots) {
    for (int slot = 0; slot < slots; slot++) {
      double stopped = 0;
      for (int at = offset[slot]; at < offset[slot + 1] - 1; at++) {
        double share = stoppedBefore[at];
        stoppedBefore[at] = stopped;
        stopped += share;
      }
      int last = offset[slot + 1] - 1;
      stoppedBefore[last] = stopped;
      growingFrom[last] = 0;
      for (int at = last - 1; at >= offset[slot]; at--) {
        growingFrom[at] += growingFrom[at + 1];
      }
    }
  }

  /**
   * Level at which a link would be full with a newcomer.
   *
   * @param link a link index
   * @param linkRate its capacity in bits per second
   * @param weight the newcomer's weight
   */
  double newcomerLevel(int link, long linkRate, double weight) {
    int slot = solver.slotOfLink(link);
    if (slot < 0) {
      return linkRate == FlowTable.UNLIMITED ? Double.POSITIVE_INFINITY : linkRate / weight;
    }
    int low = offset[slot];
    int high = offset[slot + 1] - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      double used = stoppedBefore[middle] + cornerLevel[middle] * (growingFrom[middle] + weight);
      if (used >= linkRate) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Math.max(0, linkRate - stoppedBefore[low]) / (growingFrom[low] + weight);
  }
}
