package io.kollaps.placement.demand;

import java.util.Arrays;

/**
 * Cuts of a network with cycles, by max-flow when asked. Endpoints with one link are no nodes of
 * the flow network: what they send or receive counts at their neighbour, so that its size is that
 * of the emulated core.
 */
final class FlowCuts implements Cuts {
  /** What an endpoint with several links can send or receive: its links are the limit. */
  private static final long NO_LIMIT = 1L << 61;

  private static final long UNKNOWN = -1;

  private final EmulatedNetwork network;
  private final byte[][] side;
  private final long[] out;
  private final long[] in;
  private final int[] nodeOf;
  private final int[] edgeOf;
  private final int coreEdges;
  private final int source;
  private final int sink;
  private final MaxFlow flow;
  private final long[] supply;
  private final long[] demand;

  /** All endpoints on the initial side of every set. */
  FlowCuts(EmulatedNetwork network, int count, byte initial) {
    this.network = network;
    this.side = new byte[count][network.endpointCount()];
    for (byte[] sides : side) {
      Arrays.fill(sides, initial);
    }
    this.out = new long[count];
    this.in = new long[count];
    this.nodeOf = new int[network.nodeCount()];
    int nodes = 0;
    for (int node = 0; node < network.nodeCount(); node++) {
      nodeOf[node] = single(node) ? -1 : nodes++;
    }
    this.edgeOf = new int[network.edgeCount()];
    int[] a = new int[network.edgeCount() + 2 * nodes];
    int[] b = new int[network.edgeCount() + 2 * nodes];
    int edges = 0;
    for (int edge = 0; edge < network.edgeCount(); edge++) {
      int low = nodeOf[network.edgeA(edge)];
      int high = nodeOf[network.edgeB(edge)];
      if (low >= 0 && high >= 0) {
        edgeOf[edges] = edge;
        a[edges] = low;
        b[edges++] = high;
      }
    }
    this.coreEdges = edges;
    this.source = nodes;
    this.sink = nodes + 1;
    for (int node = 0; node < nodes; node++) {
      a[edges] = source;
      b[edges++] = node;
      a[edges] = node;
      b[edges++] = sink;
    }
    this.flow = new MaxFlow(nodes + 2, Arrays.copyOf(a, edges), Arrays.copyOf(b, edges));
    this.supply = new long[nodes];
    this.demand = new long[nodes];
  }

  /** An endpoint whose only neighbour is a node of the flow network. */
  private boolean single(int node) {
    if (node >= network.endpointCount() || network.edgesOf(node).length != 1) {
      return false;
    }
    int neighbour = network.other(network.edgesOf(node)[0], node);
    return neighbour >= network.endpointCount() || network.edgesOf(neighbour).length > 1;
  }

  @Override
  public void change(int set, int endpoint, byte before, byte after) {
    side[set][endpoint] = after;
    out[set] = UNKNOWN;
    in[set] = UNKNOWN;
  }

  @Override
  public long outBitsPerSecond(int set) {
    if (out[set] == UNKNOWN) {
      out[set] = largest(side[set], INSIDE, OUTSIDE);
    }
    return out[set];
  }

  @Override
  public long inBitsPerSecond(int set) {
    if (in[set] == UNKNOWN) {
      in[set] = largest(side[set], OUTSIDE, INSIDE);
    }
    return in[set];
  }

  private long largest(byte[] sides, byte senders, byte receivers) {
    long result = 0;
    for (int variant = 0; variant < network.variantCount(); variant++) {
      result = Math.max(result, flow(variant, sides, senders, receivers));
    }
    return result;
  }

  private long flow(int variant, byte[] sides, byte senders, byte receivers) {
    Arrays.fill(supply, 0);
    Arrays.fill(demand, 0);
    for (int endpoint = 0; endpoint < sides.length; endpoint++) {
      if (sides[endpoint] == senders) {
        attach(supply, variant, endpoint, true);
      } else if (sides[endpoint] == receivers) {
        attach(demand, variant, endpoint, false);
      }
    }
    for (int i = 0; i < coreEdges; i++) {
      int edge = edgeOf[i];
      flow.capacity(
          i,
          network.rate(variant, edge, network.edgeA(edge)),
          network.rate(variant, edge, network.edgeB(edge)));
    }
    for (int node = 0; node < supply.length; node++) {
      flow.capacity(coreEdges + 2 * node, supply[node], 0);
      flow.capacity(coreEdges + 2 * node + 1, demand[node], 0);
    }
    return flow.flow(source, sink);
  }

  private void attach(long[] amounts, int variant, int endpoint, boolean sends) {
    int node = nodeOf[endpoint];
    if (node >= 0) {
      amounts[node] = NO_LIMIT;
      return;
    }
    int edge = network.edgesOf(endpoint)[0];
    int neighbour = network.other(edge, endpoint);
    long rate = network.rate(variant, edge, sends ? endpoint : neighbour);
    amounts[nodeOf[neighbour]] += rate;
  }
}
