package io.kollaps.emulation;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A small network with shortest paths by hops; endpoints are the first nodes. */
final class TestNetwork implements Paths {
  private record Arc(int from, int to, long rate, long latency) {}

  private final int endpoints;
  private final List<Arc> arcs = new ArrayList<>();
  private int nodes;
  private int[][] cameBy = new int[0][];

  TestNetwork(int endpoints, int bridges) {
    this.endpoints = endpoints;
    nodes = endpoints + bridges;
  }

  /** Adds both directions; returns the index of the first, the second is one more. */
  int link(int a, int b, long rate, long latencyNanos) {
    arcs.add(new Arc(a, b, rate, latencyNanos));
    arcs.add(new Arc(b, a, rate, latencyNanos));
    cameBy = new int[0][];
    return arcs.size() - 2;
  }

  /** A copy in which one link direction has another rate; 0 takes it away. */
  TestNetwork withRate(int link, long rate) {
    TestNetwork copy = new TestNetwork(endpoints, nodes - endpoints);
    copy.arcs.addAll(arcs);
    Arc old = arcs.get(link);
    copy.arcs.set(link, new Arc(old.from(), old.to(), rate, old.latency()));
    return copy;
  }

  private int[][] trees() {
    if (cameBy.length == 0) {
      List<List<Integer>> out = new ArrayList<>();
      for (int node = 0; node < nodes; node++) {
        out.add(new ArrayList<>());
      }
      for (int arc = 0; arc < arcs.size(); arc++) {
        if (arcs.get(arc).rate() > 0) {
          out.get(arcs.get(arc).from()).add(arc);
        }
      }
      cameBy = new int[endpoints][];
      for (int from = 0; from < endpoints; from++) {
        cameBy[from] = tree(from, out);
      }
    }
    return cameBy;
  }

  private int[] tree(int from, List<List<Integer>> out) {
    int[] by = new int[nodes];
    Arrays.fill(by, -1);
    ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(from));
    while (!queue.isEmpty()) {
      for (int arc : out.get(queue.remove())) {
        int to = arcs.get(arc).to();
        if (to != from && by[to] < 0) {
          by[to] = arc;
          // Endpoints do not forward.
          if (to >= endpoints) {
            queue.add(to);
          }
        }
      }
    }
    return by;
  }

  @Override
  public int endpointCount() {
    return endpoints;
  }

  @Override
  public int linkCount() {
    return arcs.size();
  }

  @Override
  public boolean connected(int from, int to) {
    return from != to && trees()[from][to] >= 0;
  }

  @Override
  public Optional<CollapsedPath> path(int from, int to) {
    if (!connected(from, to)) {
      return Optional.empty();
    }
    int[] links = links(from, to);
    long rate = Arrays.stream(links).mapToLong(this::linkRateBitsPerSecond).min().orElseThrow();
    return Optional.of(
        new CollapsedPath(
            latency(from, to), Jitter.NONE, 0, rate, Framing.IP, QueueLimit.DEFAULT, links.length));
  }

  private long latency(int from, int to) {
    return Arrays.stream(links(from, to)).mapToLong(link -> arcs.get(link).latency()).sum();
  }

  @Override
  public int[] links(int from, int to) {
    if (!connected(from, to)) {
      return new int[0];
    }
    int[] reversed = new int[nodes];
    int count = 0;
    for (int node = to; node != from; node = arcs.get(trees()[from][node]).from()) {
      reversed[count++] = trees()[from][node];
    }
    int[] links = new int[count];
    for (int at = 0; at < count; at++) {
      links[at] = reversed[count - 1 - at];
    }
    return links;
  }

  @Override
  public long roundTripNanos(int from, int to) {
    long there = latency(from, to);
    return connected(to, from) ? there + latency(to, from) : 2 * there;
  }

  @Override
  public long linkRateBitsPerSecond(int link) {
    return arcs.get(link).rate();
  }

  /**
   * The network of the published vector (Kollaps, EuroSys 2020, 5.4): clients 0 to 5, servers 6 to
   * 11, bridges 12 to 14. The direction B1 -> B2 is link {@link #PUBLISHED_CORE}.
   */
  static TestNetwork published() {
    long mega = 1_000_000L;
    TestNetwork network = new TestNetwork(12, 3);
    long[] rates = {50, 50, 10, 50, 50, 10};
    long[] latencies = {10, 5, 5, 10, 5, 5};
    for (int client = 0; client < 6; client++) {
      int bridge = client < 3 ? 12 : 13;
      network.link(client, bridge, rates[client] * mega, latencies[client] * mega);
    }
    for (int server = 6; server < 12; server++) {
      network.link(14, server, 50 * mega, 5 * mega);
    }
    network.link(12, 13, 50 * mega, 10 * mega);
    network.link(13, 14, 100 * mega, 10 * mega);
    return network;
  }

  static final int PUBLISHED_CORE = 24;
}
