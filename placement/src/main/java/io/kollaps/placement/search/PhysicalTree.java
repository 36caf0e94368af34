package io.kollaps.placement.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The hierarchy of a case's sets with as few vertices as possible: vertices {@code 0} to {@code
 * nodeCount - 1} are the nodes, the others have at least two children; the last one is the root.
 * Each vertex but the root stands for the link above it.
 */
final class PhysicalTree {
  private static final int UNKNOWN = -1;

  private final int nodeCount;
  private final int[] standsFor;
  private final int[] parent;
  private final double[] capacity;
  private final int[][] children;
  private final int[] depth;

  /** The vertices below a vertex, and itself, are entered from its {@code first} to its end. */
  private final int[] first;

  private final int[] end;

  PhysicalTree(Hierarchy hierarchy, int nodeCount) {
    this.nodeCount = nodeCount;
    int[] standsFor = new int[hierarchy.vertexCount()];
    int count = nodeCount;
    for (int vertex = 0; vertex < standsFor.length; vertex++) {
      int[] below = hierarchy.children(vertex);
      if (hierarchy.isNode(vertex)) {
        standsFor[vertex] = vertex;
      } else {
        standsFor[vertex] = below.length == 1 ? standsFor[below[0]] : count++;
      }
    }
    this.standsFor = standsFor;
    this.parent = new int[count];
    this.capacity = new double[count];
    this.children = new int[count][0];
    Arrays.fill(parent, UNKNOWN);
    Arrays.fill(capacity, Long.MAX_VALUE);
    for (int vertex = 0; vertex < standsFor.length; vertex++) {
      int at = standsFor[vertex];
      double narrow = Math.min(hierarchy.out(vertex), hierarchy.in(vertex));
      capacity[at] = Math.min(capacity[at], narrow);
      if (hierarchy.children(vertex).length > 1) {
        children[at] =
            Arrays.stream(hierarchy.children(vertex)).map(child -> standsFor[child]).toArray();
        for (int child : children[at]) {
          parent[child] = at;
        }
      }
    }
    this.depth = new int[count];
    this.first = new int[count];
    this.end = new int[count];
    enter();
  }

  /** Parents have larger numbers than their children, except that nodes come first. */
  private void enter() {
    int[] size = new int[parent.length];
    for (int vertex = 0; vertex < size.length; vertex++) {
      size[vertex]++;
      if (parent[vertex] != UNKNOWN) {
        size[parent[vertex]] += size[vertex];
      }
    }
    end[root()] = size[root()];
    for (int vertex = root(); vertex >= 0; vertex--) {
      int next = first[vertex] + 1;
      for (int child : children[vertex]) {
        depth[child] = depth[vertex] + 1;
        first[child] = next;
        next += size[child];
        end[child] = next;
      }
    }
  }

  /** The vertex that a hierarchy's vertex has become. */
  int of(int vertex) {
    return standsFor[vertex];
  }

  int nodeCount() {
    return nodeCount;
  }

  int vertexCount() {
    return parent.length;
  }

  int root() {
    return parent.length - 1;
  }

  boolean isNode(int vertex) {
    return vertex < nodeCount;
  }

  /** The vertex above, -1 of the root. */
  int parent(int vertex) {
    return parent[vertex];
  }

  int depth(int vertex) {
    return depth[vertex];
  }

  /** A number for each vertex, so that what is below a vertex is a range. */
  int first(int vertex) {
    return first[vertex];
  }

  /** One more than the last number below a vertex. */
  int end(int vertex) {
    return end[vertex];
  }

  int[] children(int vertex) {
    return children[vertex];
  }

  /** What the link above a vertex carries, the less of both ways, in bits per second. */
  double capacity(int vertex) {
    return capacity[vertex];
  }

  /** Mean capacity of the links that limit; 1 where none does. */
  double meanCapacity() {
    return Math.max(
        1, Arrays.stream(capacity).filter(value -> value < Long.MAX_VALUE).average().orElse(1));
  }

  /** The nodes, those of one part after the other, children in an order by chance. */
  int[] line(SplittableRandom random) {
    List<Integer> result = new ArrayList<>();
    int[] stack = new int[parent.length];
    int top = 0;
    stack[top++] = root();
    while (top > 0) {
      int vertex = stack[--top];
      if (isNode(vertex)) {
        result.add(vertex);
      }
      int[] below = children[vertex].clone();
      for (int i = below.length - 1; i >= 0; i--) {
        int other = random.nextInt(i + 1);
        stack[top++] = below[other];
        below[other] = below[i];
      }
    }
    return result.stream().mapToInt(Integer::intValue).toArray();
  }
}
