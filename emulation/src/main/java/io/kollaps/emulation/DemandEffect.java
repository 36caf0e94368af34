package io.kollaps.emulation;

import java.util.Arrays;

/**
 * Tells changes of demands that alter nobody's share from those that do, from the last sharing.
 *
 * <p>On a link with spare capacity no flow has its bottleneck, so a demand there may change by less
 * than what is spare and all shares of others stay. On a full link a change moves the shares of
 * those that have their bottleneck there by its part of their sum. Changes that are found not to
 * matter are added up, so that many small ones together do.
 */
final class DemandEffect {
  /** Of what is spare, this much may be used by changes that were not told; the rest by others. */
  private static final double SPARE_FRACTION = 0.5;

  /** What is left of a link by rounding of sums does not make it one with spare capacity. */
  private static final double FULL = 1e-9;

  private final SharingSolver solver;
  private final double fraction;
  private double[] spare = new double[64];
  private double[] contended = new double[64];
  private double[] passedOver = new double[64];

  /**
   * Without flows.
   *
   * @param solver whose last solution counts
   * @param fraction relative change of somebody's share that does not matter
   */
  DemandEffect(SharingSolver solver, double fraction) {
    this.solver = solver;
    this.fraction = fraction;
  }

  /** Takes over the solver's last solution for these flows. */
  void build(FlowTable flows) {
    int slots = solver.slots();
    if (slots > spare.length) {
      int larger = Math.max(slots, 2 * spare.length);
      spare = new double[larger];
      contended = new double[larger];
      passedOver = new double[larger];
    }
    Arrays.fill(contended, 0, slots, 0);
    for (int slot = 0; slot < slots; slot++) {
      spare[slot] = solver.capacityOfSlot(slot);
    }
    for (int flow = 0; flow < flows.size(); flow++) {
      double share = solver.share(flow);
      for (int hop = 0; hop < flows.hops(flow); hop++) {
        int slot = solver.slotOfLink(flows.link(flow, hop));
        if (slot >= 0) {
          spare[slot] -= share;
          if (solver.bottleneck(flow) == flows.link(flow, hop)) {
            contended[slot] += share;
          }
        }
      }
    }
    begin();
  }

  /** A new look at all flows begins: nothing was passed over yet. */
  void begin() {
    Arrays.fill(passedOver, 0, solver.slots(), 0);
  }

  /**
   * Passes over a change when it does not matter.
   *
   * @param links of the flow's path
   * @param change new demand minus the one that counts now
   * @return false when it matters; then nothing is remembered
   */
  boolean passOver(int[] links, double change) {
    for (int link : links) {
      int slot = solver.slotOfLink(link);
      if (slot >= 0 && matters(slot, change)) {
        return false;
      }
    }
    for (int link : links) {
      int slot = solver.slotOfLink(link);
      if (slot >= 0) {
        passedOver[slot] += use(slot, change);
      }
    }
    return true;
  }

  private boolean full(int slot) {
    return spare[slot] <= FULL * solver.capacityOfSlot(slot);
  }

  private double use(int slot, double change) {
    return full(slot) ? Math.abs(change) : Math.max(0, change);
  }

  private boolean matters(int slot, double change) {
    double allowed = full(slot) ? fraction * contended[slot] : SPARE_FRACTION * spare[slot];
    return passedOver[slot] + use(slot, change) > allowed;
  }
}
