package io.kollaps.placement.search;

import io.kollaps.placement.demand.Cuts;
import java.util.Arrays;

/** Every endpoint on a node, with what that asks of the network; endpoints can be moved. */
final class Assignment {
  private final SearchCase searchCase;
  private final LimitMeter meter;
  private final int[][] setsOfNode;
  private final int[] nodeOf;
  private final int[][] endpointsOn;
  private final int[] count;
  private final int[] place;
  private final long[] usedMilliCpus;
  private final long[] usedMemoryBytes;

  /** Sets that contain only one of two nodes, and whether it is the second. */
  private final int[] differing;

  private final boolean[] entering;

  /** Puts every endpoint on its node, whether it fits or not. */
  Assignment(SearchCase searchCase, int[] nodes) {
    this.searchCase = searchCase;
    this.meter = new LimitMeter(searchCase, Cuts.OUTSIDE);
    int nodeCount = searchCase.nodeCount();
    this.setsOfNode = new int[nodeCount][];
    for (int node = 0; node < nodeCount; node++) {
      setsOfNode[node] = searchCase.limits().setsOfNode(node);
    }
    this.nodeOf = nodes.clone();
    this.endpointsOn = new int[nodeCount][4];
    this.count = new int[nodeCount];
    this.place = new int[nodes.length];
    this.usedMilliCpus = new long[nodeCount];
    this.usedMemoryBytes = new long[nodeCount];
    this.differing = new int[searchCase.limits().setCount()];
    this.entering = new boolean[differing.length];
    for (int endpoint = 0; endpoint < nodes.length; endpoint++) {
      arrive(endpoint, nodes[endpoint]);
      for (int set : setsOfNode[nodes[endpoint]]) {
        meter.change(set, endpoint, Cuts.OUTSIDE, Cuts.INSIDE);
      }
    }
    for (int set = 0; set < searchCase.limits().setCount(); set++) {
      meter.refresh(set);
    }
  }

  private void arrive(int endpoint, int node) {
    if (count[node] == endpointsOn[node].length) {
      endpointsOn[node] = Arrays.copyOf(endpointsOn[node], 2 * count[node]);
    }
    place[endpoint] = count[node];
    endpointsOn[node][count[node]++] = endpoint;
    usedMilliCpus[node] += searchCase.needMilliCpus()[endpoint];
    usedMemoryBytes[node] += searchCase.needMemoryBytes()[endpoint];
    nodeOf[endpoint] = node;
  }

  private void depart(int endpoint) {
    int node = nodeOf[endpoint];
    int last = endpointsOn[node][--count[node]];
    endpointsOn[node][place[endpoint]] = last;
    place[last] = place[endpoint];
    usedMilliCpus[node] -= searchCase.needMilliCpus()[endpoint];
    usedMemoryBytes[node] -= searchCase.needMemoryBytes()[endpoint];
  }

  /** Moves an endpoint, whether it fits or not. */
  void move(int endpoint, int node) {
    int count = differing(nodeOf[endpoint], node);
    depart(endpoint);
    arrive(endpoint, node);
    for (int i = 0; i < count; i++) {
      change(endpoint, i, true);
    }
    for (int i = 0; i < count; i++) {
      meter.refresh(differing[i]);
    }
  }

  /**
   * Moves an endpoint when all limits, which are kept now, are kept afterwards.
   *
   * @return true when it was moved
   */
  boolean moveWhenKept(int endpoint, int node) {
    int home = nodeOf[endpoint];
    if (!meter.isOneSetALimit()) {
      move(endpoint, node);
      if (meter.excess() > 0) {
        move(endpoint, home);
      }
      return nodeOf[endpoint] == node;
    }
    // A limit knows its last value as soon as its one set has changed: the first exceeded one ends
    // it.
    int count = differing(home, node);
    int changed = 0;
    while (changed < count && meter.excess() == 0) {
      change(endpoint, changed, true);
      meter.refresh(differing[changed++]);
    }
    if (meter.excess() > 0) {
      while (changed > 0) {
        change(endpoint, --changed, false);
        meter.refresh(differing[changed]);
      }
      return false;
    }
    depart(endpoint);
    arrive(endpoint, node);
    return true;
  }

  /** Moves every endpoint that is elsewhere, whether it fits or not. */
  void moveAll(int[] nodes) {
    for (int endpoint = 0; endpoint < nodes.length; endpoint++) {
      if (nodeOf[endpoint] != nodes[endpoint]) {
        move(endpoint, nodes[endpoint]);
      }
    }
  }

  /** Finds the sets that contain only one of two nodes; returns their number. */
  private int differing(int home, int node) {
    int[] from = setsOfNode[home];
    int[] to = setsOfNode[node];
    int i = 0;
    int j = 0;
    int size = 0;
    while (i < from.length || j < to.length) {
      int left = i < from.length ? from[i] : Integer.MAX_VALUE;
      int entered = j < to.length ? to[j] : Integer.MAX_VALUE;
      if (left != entered) {
        entering[size] = entered < left;
        differing[size++] = Math.min(left, entered);
      }
      i += left <= entered ? 1 : 0;
      j += entered <= left ? 1 : 0;
    }
    return size;
  }

  /** An endpoint changes its side of one of the differing sets, or changes back. */
  private void change(int endpoint, int index, boolean forth) {
    boolean enters = entering[index] == forth;
    meter.change(
        differing[index],
        endpoint,
        enters ? Cuts.OUTSIDE : Cuts.INSIDE,
        enters ? Cuts.INSIDE : Cuts.OUTSIDE);
  }

  /** True when a node other than its own has a slot, processors and memory for an endpoint. */
  boolean hasRoom(int endpoint, int node, int quota) {
    return count[node] < Math.min(quota, searchCase.freeSlots()[node])
        && usedMilliCpus[node] + searchCase.needMilliCpus()[endpoint]
            <= searchCase.freeMilliCpus()[node]
        && usedMemoryBytes[node] + searchCase.needMemoryBytes()[endpoint]
            <= searchCase.freeMemoryBytes()[node];
  }

  /** True when processors and memory allow two endpoints of different nodes to change places. */
  boolean canSwap(int a, int b) {
    long milliCpus = searchCase.needMilliCpus()[b] - searchCase.needMilliCpus()[a];
    long memory = searchCase.needMemoryBytes()[b] - searchCase.needMemoryBytes()[a];
    return holds(nodeOf[a], milliCpus, memory) && holds(nodeOf[b], -milliCpus, -memory);
  }

  private boolean holds(int node, long moreMilliCpus, long moreMemory) {
    return usedMilliCpus[node] + moreMilliCpus <= searchCase.freeMilliCpus()[node]
        && usedMemoryBytes[node] + moreMemory <= searchCase.freeMemoryBytes()[node];
  }

  LimitMeter meter() {
    return meter;
  }

  int nodeOf(int endpoint) {
    return nodeOf[endpoint];
  }

  /** Where every endpoint is. A new array at each call. */
  int[] nodes() {
    return nodeOf.clone();
  }

  /** Endpoints of this experiment on a node. */
  int count(int node) {
    return count[node];
  }

  /** An endpoint on a node, by its place there. */
  int endpointOn(int node, int index) {
    return endpointsOn[node][index];
  }
}
