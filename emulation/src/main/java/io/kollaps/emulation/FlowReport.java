package io.kollaps.emulation;

import java.util.List;

/**
 * What one part tells the others about its flows.
 *
 * @param part the part that speaks
 * @param sequence grows by one with each report of the part
 * @param full true when {@code flows} are all of the part's flows, false when only those that
 *     changed
 * @param flows flows, an ended one with demand 0
 */
public record FlowReport(int part, long sequence, boolean full, List<FlowDemand> flows) {
  /** Copies the list. */
  public FlowReport {
    flows = List.copyOf(flows);
  }

  /**
   * A flow and what it wants.
   *
   * @param pathId dense path id
   * @param demandBitsPerSecond rate it wants; {@code Long.MAX_VALUE} for all it can get, 0 when it
   *     ended
   */
  public record FlowDemand(int pathId, long demandBitsPerSecond) {}
}
