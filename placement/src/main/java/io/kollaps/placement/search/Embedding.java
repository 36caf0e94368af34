package io.kollaps.placement.search;

import io.kollaps.placement.demand.LinkTree;
import java.util.Arrays;

/**
 * An emulated tree laid over the physical one: endpoints on nodes, emulated switches on any vertex,
 * each emulated link over the links between its two ends. Links carry at least the cuts that they
 * divide, and exactly these where the switches are well placed: smallest cuts of nested sets are
 * nested, so that each switch has a place that suits all of them. That makes a change cheap: it
 * costs the way between two vertices, and no cut is computed.
 *
 * <p>The cost is what links are asked for beyond their capacities, each times a weight, and a small
 * part of all that they are asked for.
 */
final class Embedding {
  /** Part of the load below the capacities that counts. */
  private static final double LOAD_COUNTS = 0.02;

  /** Links are at most so many times heavier than in the beginning. */
  private static final double HEAVIEST = 200;

  private final PhysicalTree tree;
  private final int endpoints;
  private final int innerCount;
  private final int[] begin;
  private final int[] neighbour;
  private final double[] rate;
  private final double[] initialWeight;
  private final double[] capacity;
  private final int[] parent;
  private final int[] depth;
  private final int[] first;
  private final int[] end;

  private final int[] place;
  private final int[][] endpointsOn;
  private final int[] count;
  private final int[] index;
  private final double[] load;
  private final double[] weight;
  private double cost;
  private int exceeded;

  /** Links and amounts of changes looked at or made since {@link #begin}. */
  private final int[] changedLink;

  private final double[] changedBy;
  private int changes;

  private final int[] borderPlace;
  private final double[] borderRate;
  private int border;
  private double borderTotal;
  private final int[] mark;
  private int marks;

  /**
   * An embedding.
   *
   * @param emulated what is laid over
   * @param tree what it is laid over
   * @param places vertex of each emulated node; a node for an endpoint
   */
  Embedding(LinkTree emulated, PhysicalTree tree, int[] places) {
    this.tree = tree;
    this.innerCount = emulated.innerCount();
    int nodes = emulated.parents().length;
    this.endpoints = nodes - innerCount;
    this.begin = new int[nodes + 1];
    for (int node = 1; node < nodes; node++) {
      begin[node + 1]++;
      begin[emulated.parents()[node] + 1]++;
    }
    for (int node = 0; node < nodes; node++) {
      begin[node + 1] += begin[node];
    }
    this.neighbour = new int[begin[nodes]];
    this.rate = new double[begin[nodes]];
    int[] next = begin.clone();
    for (int node = 1; node < nodes; node++) {
      int above = emulated.parents()[node];
      neighbour[next[node]] = above;
      rate[next[node]++] = emulated.rates()[node];
      neighbour[next[above]] = node;
      rate[next[above]++] = emulated.rates()[node];
    }
    int vertices = tree.vertexCount();
    this.capacity = new double[vertices];
    this.parent = new int[vertices];
    this.depth = new int[vertices];
    this.first = new int[vertices];
    this.end = new int[vertices];
    this.initialWeight = new double[vertices];
    for (int vertex = 0; vertex < vertices; vertex++) {
      capacity[vertex] = tree.capacity(vertex);
      parent[vertex] = tree.parent(vertex);
      depth[vertex] = tree.depth(vertex);
      first[vertex] = tree.first(vertex);
      end[vertex] = tree.end(vertex);
      double narrow = Math.max(capacity[vertex], tree.meanCapacity() / 1000);
      initialWeight[vertex] = Math.sqrt(tree.meanCapacity() / narrow);
    }
    this.weight = initialWeight.clone();
    this.load = new double[vertices];
    this.place = places.clone();
    this.endpointsOn = new int[tree.nodeCount()][];
    this.count = new int[tree.nodeCount()];
    this.index = new int[endpoints];
    this.changedLink = new int[4 * vertices + 4];
    this.changedBy = new double[4 * vertices + 4];
    this.borderPlace = new int[neighbour.length];
    this.borderRate = new double[neighbour.length];
    this.mark = new int[nodes];
    settle(emulated);
  }

  private void settle(LinkTree emulated) {
    for (int node = 0; node < endpointsOn.length; node++) {
      endpointsOn[node] = new int[4];
    }
    for (int endpoint = 0; endpoint < endpoints; endpoint++) {
      arrive(endpoint, place[innerCount + endpoint]);
    }
    for (int node = 1; node < place.length; node++) {
      int x = place[node];
      int y = place[emulated.parents()[node]];
      while (x != y) {
        boolean up = depth[x] >= depth[y];
        load[up ? x : y] += emulated.rates()[node];
        x = up ? parent[x] : x;
        y = up ? y : parent[y];
      }
    }
    for (int link = 0; link < tree.root(); link++) {
      exceeded += load[link] > capacity[link] ? 1 : 0;
    }
    measure();
  }

  private void measure() {
    cost = 0;
    for (int link = 0; link < tree.root(); link++) {
      cost += weight[link] * Math.max(0, load[link] - capacity[link]) + LOAD_COUNTS * load[link];
    }
  }

  private void arrive(int endpoint, int node) {
    if (count[node] == endpointsOn[node].length) {
      endpointsOn[node] = Arrays.copyOf(endpointsOn[node], 2 * count[node]);
    }
    index[endpoint] = count[node];
    endpointsOn[node][count[node]++] = endpoint;
  }

  private void depart(int endpoint, int node) {
    int last = endpointsOn[node][--count[node]];
    endpointsOn[node][index[endpoint]] = last;
    index[last] = index[endpoint];
  }

  double cost() {
    return cost;
  }

  /** Number of links that are asked for more than they carry. */
  int exceeded() {
    return exceeded;
  }

  /** What links are asked for beyond what they carry. */
  double excess() {
    double sum = 0;
    for (int link = 0; link < tree.root(); link++) {
      sum += Math.max(0, load[link] - capacity[link]);
    }
    return sum;
  }

  /** Exceeded links become heavier, others come back to their weight. */
  void weigh(double up, double down) {
    for (int link = 0; link < tree.root(); link++) {
      weight[link] =
          load[link] > capacity[link]
              ? Math.min(weight[link] * up, HEAVIEST * initialWeight[link])
              : Math.max(weight[link] * down, initialWeight[link]);
    }
    measure();
  }

  /**
   * Finds the emulated nodes with a link over an exceeded one.
   *
   * @param into their numbers in ascending order; has room for all
   * @return how many there are
   */
  int crossing(int[] into) {
    int size = 0;
    for (int node = 0; node < place.length; node++) {
      boolean crosses = false;
      for (int at = begin[node]; at < begin[node + 1] && !crosses; at++) {
        crosses = isExceededBetween(place[node], place[neighbour[at]]);
      }
      if (crosses) {
        into[size++] = node;
      }
    }
    return size;
  }

  private boolean isExceededBetween(int one, int other) {
    int x = one;
    int y = other;
    while (x != y) {
      boolean up = depth[x] >= depth[y];
      int link = up ? x : y;
      if (load[link] > capacity[link]) {
        return true;
      }
      x = up ? parent[x] : x;
      y = up ? y : parent[y];
    }
    return false;
  }

  int nodeCount() {
    return place.length;
  }

  int place(int node) {
    return place[node];
  }

  boolean isEndpoint(int node) {
    return node >= innerCount;
  }

  /** Endpoints on a node. */
  int count(int node) {
    return count[node];
  }

  /** The emulated node of an endpoint on a node, by its number there. */
  int endpointOn(int node, int number) {
    return innerCount + endpointsOn[node][number];
  }

  int neighbours(int node) {
    return begin[node + 1] - begin[node];
  }

  int neighbour(int node, int number) {
    return neighbour[begin[node] + number];
  }

  /** Node of each endpoint. A new array at each call. */
  int[] nodes() {
    return Arrays.copyOfRange(place, innerCount, place.length);
  }

  /** Vertex of each emulated node. A new array at each call. */
  int[] places() {
    return place.clone();
  }

  /** Begins a change that may have several parts. */
  void begin() {
    changes = 0;
  }

  /**
   * What it would cost more to move some emulated nodes from the vertex where all of them are.
   *
   * @param group the nodes
   * @param size number of them
   * @param to the vertex to move them to
   */
  double look(int[] group, int size, int to) {
    gather(group, size);
    int x = place[group[0]];
    int y = to;
    double sum = 0;
    while (x != y) {
      // A part that leaves what is below a link crosses it from then on to what it leaves behind.
      boolean up = depth[x] >= depth[y];
      int link = up ? x : y;
      double below = below(link);
      double by = up ? 2 * below - borderTotal : borderTotal - 2 * below;
      if (by != 0) {
        double before = load[link] - capacity[link];
        sum += weight[link] * (Math.max(0, before + by) - Math.max(0, before)) + LOAD_COUNTS * by;
        changedLink[changes] = link;
        changedBy[changes++] = by;
      }
      x = up ? parent[x] : x;
      y = up ? y : parent[y];
    }
    return sum;
  }

  private double below(int link) {
    int from = first[link];
    int to = end[link];
    double sum = 0;
    for (int i = 0; i < border; i++) {
      sum += borderPlace[i] >= from && borderPlace[i] < to ? borderRate[i] : 0;
    }
    return sum;
  }

  /** The links from a group to what is not in it. */
  private void gather(int[] group, int size) {
    border = 0;
    borderTotal = 0;
    marks++;
    if (size > 1) {
      for (int i = 0; i < size; i++) {
        mark[group[i]] = marks;
      }
    }
    for (int i = 0; i < size; i++) {
      int node = group[i];
      for (int at = begin[node]; at < begin[node + 1]; at++) {
        if (mark[neighbour[at]] != marks) {
          borderPlace[border] = first[place[neighbour[at]]];
          borderRate[border++] = rate[at];
          borderTotal += rate[at];
        }
      }
    }
  }

  /** Makes the change that was looked at last, from where its part of the changes begins. */
  void move(int[] group, int size, int to, int fromChange, double more) {
    for (int i = fromChange; i < changes; i++) {
      add(changedLink[i], changedBy[i]);
    }
    cost += more;
    put(group, size, to);
  }

  /** Takes back the first part of a change. */
  void moveBack(int[] group, int size, int to, int endChange, double less) {
    for (int i = 0; i < endChange; i++) {
      add(changedLink[i], -changedBy[i]);
    }
    cost -= less;
    put(group, size, to);
  }

  /** Parts of the change so far. */
  int changes() {
    return changes;
  }

  private void add(int link, double by) {
    boolean before = load[link] > capacity[link];
    load[link] += by;
    boolean after = load[link] > capacity[link];
    exceeded += (after ? 1 : 0) - (before ? 1 : 0);
  }

  private void put(int[] group, int size, int to) {
    for (int i = 0; i < size; i++) {
      int node = group[i];
      if (node >= innerCount) {
        depart(node - innerCount, place[node]);
        arrive(node - innerCount, to);
      }
      place[node] = to;
    }
  }
}
