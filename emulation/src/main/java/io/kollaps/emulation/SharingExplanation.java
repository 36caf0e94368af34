package io.kollaps.emulation;

import java.util.List;
import java.util.OptionalInt;

/**
 * What one flow gets and why.
 *
 * @param from index of the sending endpoint
 * @param to index of the receiving endpoint
 * @param shareBitsPerSecond its share; {@link FlowTable#UNLIMITED} when nothing limits it
 * @param bottleneckLink index of the full link that keeps it from having more; empty when no link
 *     does
 * @param competitors the other flows that cross the bottleneck link, in the order asked for; empty
 *     when there is no bottleneck link
 */
public record SharingExplanation(
    int from, int to, long shareBitsPerSecond, OptionalInt bottleneckLink, List<Pair> competitors) {

  /** Copies the list. */
  public SharingExplanation {
    competitors = List.copyOf(competitors);
  }

  /**
   * A flow's two ends.
   *
   * @param from index of the sending endpoint
   * @param to index of the receiving endpoint
   */
  public record Pair(int from, int to) {}
}
