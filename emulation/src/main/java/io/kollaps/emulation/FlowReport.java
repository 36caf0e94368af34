package io.kollaps.emulation;

import java.util.List;

/**
 * What one part tells the others about its flows.
 *
 * <p>Within a range of path ids it names all of the part's flows: those that it leaves out have
 * ended. Elsewhere it names flows that changed. So each piece of a large report stands for itself,
 * and holds when the others are lost.
 *
 * @param part the part that speaks
 * @param sequence grows by one with each report of the part; the pieces of one report have the same
 * @param completeFrom first path id of the range in which all flows are named, at least 0
 * @param completeTo the path id after the last of the range; not above {@code completeFrom} when
 *     there is no such range
 * @param flows flows, each path at most once, an ended one with demand 0
 */
public record FlowReport(
    int part, long sequence, int completeFrom, int completeTo, List<FlowDemand> flows) {
  /** End of the range of a report that names all flows: greater than every path id. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Copies the list. */
  public FlowReport {
    flows = List.copyOf(flows);
  }

  /** A report of all of the part's flows. */
  public static FlowReport full(int part, long sequence, List<FlowDemand> flows) {
    return new FlowReport(part, sequence, 0, ALL, flows);
  }

  /** A report of flows that changed, began or ended. */
  public static FlowReport changes(int part, long sequence, List<FlowDemand> flows) {
    return new FlowReport(part, sequence, 0, 0, flows);
  }

  /** True when all of the part's flows are named. */
  public boolean full() {
    return completeFrom == 0 && completeTo == ALL;
  }

  /** True when all flows are named in some range of path ids. */
  public boolean completes() {
    return completeFrom < completeTo;
  }

  /**
   * A flow and what it wants.
   *
   * @param pathId dense path id
   * @param demandBitsPerSecond rate it wants, one of {@link DemandScale}; {@code Long.MAX_VALUE}
   *     for all it can get, 0 when it ended
   */
  public record FlowDemand(int pathId, long demandBitsPerSecond) {}
}
