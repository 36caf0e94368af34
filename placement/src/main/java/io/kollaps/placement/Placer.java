package io.kollaps.placement;

import io.kollaps.placement.network.NetworkLimits.Limit;
import io.kollaps.placement.network.Soundness;
import io.kollaps.placement.search.Effort;
import io.kollaps.placement.search.Proof;
import io.kollaps.placement.search.Reason;
import io.kollaps.placement.search.Search;
import io.kollaps.placement.search.SearchCase;
import io.kollaps.placement.search.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decides which endpoint runs on which node: spread first, least loaded first, unreliable nodes
 * last, pinned endpoints where they belong, and never more than a limit of the network, a node's
 * slots, processors or memory allow.
 */
public final class Placer {
  private static final double MEGA = 1e6;

  private final LongSupplier clock;

  /**
   * A placer.
   *
   * @param clock monotonic time in nanoseconds
   */
  public Placer(LongSupplier clock) {
    this.clock = clock;
  }

  /** Looks for a placement on what is left; reserves nothing. */
  public Placement place(
      PlacementRequest request, Reservations reservations, PlacementOptions options) {
    Effort effort = new Effort(clock, options.timeNanos(), options.maxTrials());
    Cluster cluster = reservations.cluster();
    Soundness soundness = cluster.network().soundness();
    for (PlacementRequest.EndpointNeed need : request.endpoints()) {
      if (need.pinnedTo().isPresent() && cluster.find(need.pinnedTo().get()).isEmpty()) {
        return new Placement.Refused(
            true,
            "endpoint "
                + need.name()
                + " is pinned to "
                + need.pinnedTo().get()
                + ", which is no node of the cluster",
            Optional.empty(),
            soundness,
            effort.usedNanos());
      }
    }
    SearchCase searchCase = reservations.searchCase(request);
    return switch (Search.run(searchCase, effort, options.seed())) {
      case SearchResult.Found found -> {
        List<Placement.Seat> seats = seats(request, cluster, searchCase, found.nodeOf());
        yield new Placement.Placed(
            seats, boxed(found.demand()), found.method(), soundness, effort.usedNanos());
      }
      case SearchResult.NotFound none -> {
        Optional<Placement.TightCut> tightest =
            none.nearest().flatMap(nearest -> tightest(searchCase, nearest.demand()));
        yield new Placement.Refused(
            none.proof().isPresent(),
            reason(none, tightest, request, cluster, searchCase),
            tightest,
            soundness,
            effort.usedNanos());
      }
    };
  }

  private static List<Long> boxed(long[] values) {
    List<Long> result = new ArrayList<>(values.length);
    for (long value : values) {
      result.add(value);
    }
    return result;
  }

  private static String reason(
      SearchResult.NotFound none,
      Optional<Placement.TightCut> tightest,
      PlacementRequest request,
      Cluster cluster,
      SearchCase searchCase) {
    String because =
        none.proof()
            .map(proof -> sentence(proof, request, cluster, searchCase))
            .orElse(
                none.nearest().isPresent()
                    ? "no placement was found before the search had to end; there may be one"
                    : "no way was found to give every endpoint its processors and memory; there may be one");
    return because
        + tightest
            .map(
                cut ->
                    String.format(
                        Locale.ROOT,
                        "; the best attempt needs %.3f Mbit/s of %s, which has %.3f Mbit/s left",
                        cut.neededBitsPerSecond() / MEGA,
                        cut.name(),
                        cut.leftBitsPerSecond() / MEGA))
            .orElse("");
  }

  private static String sentence(
      Proof proof, PlacementRequest request, Cluster cluster, SearchCase searchCase) {
    return switch (proof) {
      case Proof.Stated stated -> stated.sentence();
      case Proof.PinnedTooMuch pinned ->
          "node "
              + cluster.nodes().get(pinned.node()).name()
              + " has not the slots, processors or memory left for the endpoints pinned to it";
      case Proof.TooLarge large ->
          "no node has the processors and memory left for endpoint "
              + request.endpoints().get(large.endpoint()).name();
      case Proof.Counted counted ->
          "however "
              + counted.endpoints()
              + " endpoints are divided, the links of the nodes carry the traffic of at most "
              + counted.most()
              + " of them"
              + (counted.limit() == Proof.NONE
                  ? ""
                  : "; "
                      + searchCase.limits().limits().get(counted.limit()).name()
                      + " keeps most of them away");
    };
  }

  private static Optional<Placement.TightCut> tightest(SearchCase searchCase, long[] demand) {
    Optional<Placement.TightCut> worst = Optional.empty();
    for (int i = 0; i < demand.length; i++) {
      Limit limit = searchCase.limits().limits().get(i);
      Placement.TightCut cut =
          new Placement.TightCut(
              limit.name(),
              limit.capacityBitsPerSecond(),
              Math.max(0, searchCase.residual()[i]) / limit.divisor(),
              Math.ceilDiv(demand[i], limit.divisor()));
      boolean more =
          cut.lackingBitsPerSecond() > 0
              && worst.map(w -> cut.lackingBitsPerSecond() > w.lackingBitsPerSecond()).orElse(true);
      worst = more ? Optional.of(cut) : worst;
    }
    return worst;
  }

  private static List<Placement.Seat> seats(
      PlacementRequest request, Cluster cluster, SearchCase searchCase, int[] nodeOf) {
    List<Reason> reasons = Reason.of(searchCase, nodeOf);
    List<Placement.Seat> seats = new ArrayList<>();
    for (int endpoint = 0; endpoint < nodeOf.length; endpoint++) {
      seats.add(
          new Placement.Seat(
              request.endpoints().get(endpoint).name(),
              cluster.nodes().get(nodeOf[endpoint]).name(),
              sentence(reasons.get(endpoint), cluster, searchCase)));
    }
    return seats;
  }

  private static String sentence(Reason reason, Cluster cluster, SearchCase searchCase) {
    return switch (reason) {
      case Reason.Pinned _ -> "pinned";
      case Reason.BestNode best ->
          best.others() == 0
              ? "no node with room is better: nothing else runs here"
              : "no node with room is better: " + best.others() + " others run here";
      case Reason.NetworkLimit limit ->
          String.format(
              Locale.ROOT,
              "on %s, %s would lack %.3f Mbit/s",
              cluster.nodes().get(limit.better()).name(),
              searchCase.limits().limits().get(limit.limit()).name(),
              limit.lackingBitsPerSecond() / MEGA);
      case Reason.Found found ->
          "found by the search; " + cluster.nodes().get(found.better()).name() + " would do too";
    };
  }
}
