package io.kollaps.placement;

import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Limit;
import io.kollaps.placement.search.SearchCase;
import io.kollaps.placement.search.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What running experiments hold of a cluster. A run gives back exactly what it took: the same
 * stored amounts, once. Not safe to share between threads.
 */
public final class Reservations {

  /**
   * What a run holds.
   *
   * @param request what was placed
   * @param nodes name of the node of each endpoint
   */
  public record Held(PlacementRequest request, List<String> nodes) {
    /** Copies the list. */
    public Held {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A limit of the network and what is used of it.
   *
   * @param name what it is
   * @param capacityBitsPerSecond what it can carry
   * @param usedBitsPerSecond what all runs may send over it
   */
  public record LimitUse(String name, long capacityBitsPerSecond, long usedBitsPerSecond) {}

  @SuppressWarnings("ArrayRecordComponent") // read only; identity is never asked for
  private record Stored(Held held, int[] nodeOf, long[] demand) {}

  private final Cluster cluster;
  private final NetworkLimits limits;
  private final long[] residual;
  private final int[] load;
  private final long[] freeMilliCpus;
  private final long[] freeMemoryBytes;
  private final Map<String, Stored> runs = new LinkedHashMap<>();

  /** Nothing is held. */
  public Reservations(Cluster cluster) {
    this.cluster = cluster;
    this.limits = cluster.network().limits();
    this.residual = limits.scaledCapacities();
    this.load = new int[cluster.nodes().size()];
    this.freeMilliCpus = cluster.nodes().stream().mapToLong(NodeCapacity::milliCpus).toArray();
    this.freeMemoryBytes = cluster.nodes().stream().mapToLong(NodeCapacity::memoryBytes).toArray();
  }

  /** The cluster. */
  public Cluster cluster() {
    return cluster;
  }

  /** Endpoints on a node, of all runs. */
  public int load(int node) {
    return load[node];
  }

  /** The runs that hold something, in the order of their commits. */
  public List<String> runs() {
    return List.copyOf(runs.keySet());
  }

  /** What a run holds; empty when it holds nothing. */
  public Optional<Held> held(String run) {
    return Optional.ofNullable(runs.get(run)).map(Stored::held);
  }

  /** Use of every limit of the network. */
  public List<LimitUse> uses() {
    long[] capacities = limits.scaledCapacities();
    List<LimitUse> result = new ArrayList<>();
    for (int i = 0; i < residual.length; i++) {
      Limit limit = limits.limits().get(i);
      result.add(
          new LimitUse(
              limit.name(),
              limit.capacityBitsPerSecond(),
              Math.ceilDiv(capacities[i] - residual[i], limit.divisor())));
    }
    return result;
  }

  /**
   * Takes for a run what a placement asks for.
   *
   * @return false, and nothing changed, when the run holds something already or something was taken
   *     meanwhile that this would need: place again then
   */
  public boolean commit(String run, PlacementRequest request, Placement.Placed placed) {
    int[] nodeOf =
        placed.seats().stream()
            .mapToInt(seat -> cluster.find(seat.node()).orElse(SearchCase.ANYWHERE))
            .toArray();
    long[] demand = placed.demand().stream().mapToLong(Long::longValue).toArray();
    boolean known =
        nodeOf.length == request.endpoints().size()
            && demand.length == residual.length
            && Arrays.stream(nodeOf).noneMatch(node -> node == SearchCase.ANYWHERE);
    if (!known || runs.containsKey(run) || !fits(request, nodeOf, demand)) {
      return false;
    }
    take(run, request, nodeOf, demand);
    return true;
  }

  private boolean fits(PlacementRequest request, int[] nodeOf, long[] demand) {
    for (int i = 0; i < demand.length; i++) {
      if (demand[i] > Math.max(0, residual[i])) {
        return false;
      }
    }
    return Usage.hasRoom(searchCase(request), nodeOf);
  }

  private void take(String run, PlacementRequest request, int[] nodeOf, long[] demand) {
    List<String> names =
        Arrays.stream(nodeOf).mapToObj(node -> cluster.nodes().get(node).name()).toList();
    Stored stored = new Stored(new Held(request, names), nodeOf, demand);
    runs.put(run, stored);
    add(stored, 1);
  }

  private void add(Stored stored, int times) {
    for (int i = 0; i < residual.length; i++) {
      residual[i] -= times * stored.demand()[i];
    }
    for (int endpoint = 0; endpoint < stored.nodeOf().length; endpoint++) {
      int node = stored.nodeOf()[endpoint];
      PlacementRequest.EndpointNeed need = stored.held().request().endpoints().get(endpoint);
      load[node] += times;
      freeMilliCpus[node] -= times * need.milliCpus();
      freeMemoryBytes[node] -= times * need.memoryBytes();
    }
  }

  /** Gives back what a run holds; false when it holds nothing (any more). */
  public boolean release(String run) {
    Stored stored = runs.remove(run);
    if (stored == null) {
      return false;
    }
    add(stored, -1);
    return true;
  }

  /**
   * The reservations of the same runs on a changed cluster, without those runs that have an
   * endpoint on a node that is gone. A run stays where it is, also where the changed network has
   * less than it asks for; nothing more is placed there then.
   */
  public Reservations on(Cluster changed) {
    Reservations result = new Reservations(changed);
    runs.forEach((run, stored) -> result.restore(run, stored.held()));
    return result;
  }

  /**
   * Takes again what a run holds, without asking whether it fits: from a replicated state.
   *
   * @return false, and nothing changed, when a node is unknown or the run holds something already
   */
  public boolean restore(String run, Held held) {
    int[] nodeOf =
        held.nodes().stream()
            .mapToInt(name -> cluster.find(name).orElse(SearchCase.ANYWHERE))
            .toArray();
    if (runs.containsKey(run)
        || Arrays.stream(nodeOf).anyMatch(node -> node == SearchCase.ANYWHERE)) {
      return false;
    }
    take(run, held.request(), nodeOf, Usage.demand(searchCase(held.request()), nodeOf));
    return true;
  }

  /** A request on what is left. */
  SearchCase searchCase(PlacementRequest request) {
    List<PlacementRequest.EndpointNeed> needs = request.endpoints();
    int[] freeSlots = new int[load.length];
    Arrays.setAll(freeSlots, i -> Math.max(0, cluster.nodes().get(i).maxEndpoints() - load[i]));
    return new SearchCase(
        request.emulated(),
        limits,
        residual.clone(),
        load.clone(),
        cluster.nodes().stream().mapToInt(NodeCapacity::unreliability).toArray(),
        freeSlots,
        freeMilliCpus.clone(),
        freeMemoryBytes.clone(),
        needs.stream().mapToLong(PlacementRequest.EndpointNeed::milliCpus).toArray(),
        needs.stream().mapToLong(PlacementRequest.EndpointNeed::memoryBytes).toArray(),
        needs.stream()
            .mapToInt(n -> n.pinnedTo().flatMap(cluster::find).orElse(SearchCase.ANYWHERE))
            .toArray());
  }
}
