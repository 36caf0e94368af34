package io.kollaps.emulation;

import io.kollaps.emulation.SharingExplanation.Pair;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Answers what given flows would get if all of them sent as much as they can. */
public final class Explainer {
  private Explainer() {}

  /**
   * Shares the links of an epoch among the given flows, all greedy.
   *
   * @param paths the epoch's paths
   * @param pairs the flows, each once
   * @param weights how flows share a link
   * @return one answer for each flow, in the same order
   * @throws IllegalArgumentException when there is no path for a flow, or a flow is given twice
   */
  public static List<SharingExplanation> explain(
      Paths paths, List<Pair> pairs, SharingWeights weights) {
    FlowTable flows = new FlowTable();
    Set<Pair> seen = new HashSet<>();
    List<int[]> links = new ArrayList<>();
    for (Pair pair : pairs) {
      if (!seen.add(pair)) {
        throw new IllegalArgumentException(
            "the flow " + pair.from() + " -> " + pair.to() + " is given twice; give it once");
      }
      CollapsedPath path = pathOf(paths, pair);
      int[] crossed = paths.links(pair.from(), pair.to());
      links.add(crossed);
      flows.add(
          paths.pathId(pair.from(), pair.to()),
          crossed,
          FlowWeights.of(weights, paths.roundTripNanos(pair.from(), pair.to())),
          FlowTable.UNLIMITED,
          path.rateBitsPerSecond());
    }
    SharingSolver solver = new SharingSolver(paths.linkCount());
    solver.solve(flows, linkRates(paths));
    List<SharingExplanation> answers = new ArrayList<>();
    for (int flow = 0; flow < pairs.size(); flow++) {
      answers.add(answer(solver, flow, pairs, links));
    }
    return answers;
  }

  private static SharingExplanation answer(
      SharingSolver solver, int flow, List<Pair> pairs, List<int[]> links) {
    int bottleneck = solver.bottleneck(flow);
    List<Pair> competitors = new ArrayList<>();
    if (bottleneck >= 0) {
      for (int other = 0; other < pairs.size(); other++) {
        if (other != flow && contains(links.get(other), bottleneck)) {
          competitors.add(pairs.get(other));
        }
      }
    }
    return new SharingExplanation(
        pairs.get(flow).from(),
        pairs.get(flow).to(),
        solver.shareBitsPerSecond(flow),
        bottleneck >= 0 ? OptionalInt.of(bottleneck) : OptionalInt.empty(),
        competitors);
  }

  private static CollapsedPath pathOf(Paths paths, Pair pair) {
    int count = paths.endpointCount();
    if (pair.from() < 0 || pair.from() >= count || pair.to() < 0 || pair.to() >= count) {
      throw new IllegalArgumentException(
          "no endpoint " + pair.from() + " or " + pair.to() + "; indexes are 0 to " + (count - 1));
    }
    return paths
        .path(pair.from(), pair.to())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no path from endpoint "
                        + pair.from()
                        + " to endpoint "
                        + pair.to()
                        + " in this epoch"));
  }

  private static boolean contains(int[] values, int wanted) {
    for (int value : values) {
      if (value == wanted) {
        return true;
      }
    }
    return false;
  }

  private static long[] linkRates(Paths paths) {
    long[] rates = new long[paths.linkCount()];
    for (int link = 0; link < rates.length; link++) {
      rates[link] = paths.linkRateBitsPerSecond(link);
    }
    return rates;
  }
}
