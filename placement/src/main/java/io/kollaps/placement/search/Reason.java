package io.kollaps.placement.search;

import io.kollaps.placement.demand.EmulatedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Why an endpoint is on its node and not on a better one. */
public sealed interface Reason {

  /** It is pinned there. */
  record Pinned() implements Reason {}

  /**
   * No node with room is better.
   *
   * @param others endpoints on the node beside it, of this and of other experiments
   */
  record BestNode(int others) implements Reason {}

  /**
   * On a better node it would ask too much of the network.
   *
   * @param better the better node
   * @param limit the limit that would be exceeded most
   * @param lackingBitsPerSecond by how much
   */
  record NetworkLimit(int better, int limit, long lackingBitsPerSecond) implements Reason {}

  /**
   * A better node would carry it too, but was not reached by the search.
   *
   * @param better the better node
   */
  record Found(int better) implements Reason {}

  /** Reasons for a placement that keeps every limit, by endpoint. */
  static List<Reason> of(SearchCase searchCase, int[] nodeOf) {
    Assignment assignment = new Assignment(searchCase, nodeOf);
    int quota = IntStream.range(0, searchCase.nodeCount()).map(assignment::count).max().orElse(1);
    List<Reason> result = new ArrayList<>();
    EmulatedNetwork emulated = searchCase.emulated();
    for (int endpoint = 0; endpoint < emulated.endpointCount(); endpoint++) {
      result.add(
          searchCase.pinned()[endpoint] == SearchCase.ANYWHERE
              ? of(searchCase, assignment, endpoint, quota)
              : new Pinned());
    }
    return result;
  }

  private static Reason of(SearchCase searchCase, Assignment assignment, int endpoint, int quota) {
    int home = assignment.nodeOf(endpoint);
    int here = assignment.count(home) - 1;
    Optional<Integer> better =
        IntStream.range(0, searchCase.nodeCount())
            .filter(node -> node != home && assignment.hasRoom(endpoint, node, quota))
            .filter(
                node -> Ranking.compare(searchCase, node, assignment.count(node), home, here) < 0)
            .boxed()
            .min(
                (a, b) ->
                    Ranking.compare(searchCase, a, assignment.count(a), b, assignment.count(b)));
    if (better.isEmpty()) {
      return new BestNode(searchCase.load()[home] + here);
    }
    assignment.move(endpoint, better.get());
    LimitMeter meter = assignment.meter();
    Reason reason = new Found(better.get());
    long most = 0;
    for (int i = 0; i < meter.exceededCount(); i++) {
      int limit = meter.exceeded(i);
      long lacking = meter.excessOf(limit) / searchCase.limits().limits().get(limit).divisor();
      if (lacking >= most) {
        most = lacking;
        reason = new NetworkLimit(better.get(), limit, lacking);
      }
    }
    assignment.move(endpoint, home);
    return reason;
  }
}
