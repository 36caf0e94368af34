package io.kollaps.placement.search;

import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Term;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The limits' sets as a tree, when they are nested as those of a tree network are, with what can
 * flow out of each and into it. Vertices {@code 0} to {@code nodeCount - 1} are the nodes, then
 * come the sets, inner ones first, then the root.
 */
final class Hierarchy {
  private final int nodeCount;
  private final int[][] children;
  private final long[] out;
  private final long[] in;
  private final int[] limitOf;
  private final int[] vertexOfLimit;
  private final int[] parent;

  private Hierarchy(
      int nodeCount, int[][] children, long[] out, long[] in, int[] limitOf, int[] vertexOfLimit) {
    this.nodeCount = nodeCount;
    this.children = children;
    this.out = out;
    this.in = in;
    this.limitOf = limitOf;
    this.vertexOfLimit = vertexOfLimit;
    this.parent = new int[children.length];
    for (int vertex = 0; vertex < children.length; vertex++) {
      for (int child : children[vertex]) {
        parent[child] = vertex;
      }
    }
    parent[children.length - 1] = children.length - 1;
  }

  /** The tree of a case's sets, empty when two of them overlap. */
  static Optional<Hierarchy> of(SearchCase searchCase) {
    NetworkLimits limits = searchCase.limits();
    int nodes = limits.nodeCount();
    int[] bySize =
        IntStream.range(0, limits.setCount())
            .boxed()
            .sorted(Comparator.comparingInt(limits::setSize))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] top = IntStream.range(0, nodes).toArray();
    int[] size = new int[nodes + bySize.length + 1];
    Arrays.fill(size, 0, nodes, 1);
    int[][] children = new int[nodes + bySize.length + 1][0];
    for (int i = 0; i < bySize.length; i++) {
      int[] members = limits.set(bySize[i]);
      int vertex = nodes + i;
      size[vertex] = members.length;
      Optional<int[]> found = tops(members, top, size);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      children[vertex] = found.get();
      for (int member : members) {
        top[member] = vertex;
      }
    }
    children[children.length - 1] = Arrays.stream(top).distinct().toArray();
    return Optional.of(withCapacities(searchCase, bySize, children));
  }

  /** The topmost vertices over some nodes, empty when one of them has other nodes too. */
  private static Optional<int[]> tops(int[] members, int[] top, int[] size) {
    List<Integer> result = new ArrayList<>();
    int covered = 0;
    for (int member : members) {
      if (!result.contains(top[member])) {
        result.add(top[member]);
        covered += size[top[member]];
      }
    }
    return covered == members.length
        ? Optional.of(result.stream().mapToInt(Integer::intValue).toArray())
        : Optional.empty();
  }

  private static Hierarchy withCapacities(SearchCase searchCase, int[] bySize, int[][] children) {
    NetworkLimits limits = searchCase.limits();
    int nodes = limits.nodeCount();
    int[] vertexOf = new int[bySize.length];
    for (int i = 0; i < bySize.length; i++) {
      vertexOf[bySize[i]] = nodes + i;
    }
    long[] out = new long[children.length];
    long[] in = new long[children.length];
    int[] limitOf = new int[children.length];
    Arrays.fill(out, Long.MAX_VALUE);
    Arrays.fill(in, Long.MAX_VALUE);
    Arrays.fill(limitOf, -1);
    int[] vertexOfLimit = new int[limits.limits().size()];
    Arrays.fill(vertexOfLimit, children.length - 1);
    for (Term term : limits.terms()) {
      int vertex = vertexOf[term.first()];
      if (term.kind() == TermKind.OUT) {
        out[vertex] = Math.min(out[vertex], searchCase.residual(term.limit()));
        limitOf[vertex] = term.limit();
      } else if (term.kind() == TermKind.IN) {
        in[vertex] = Math.min(in[vertex], searchCase.residual(term.limit()));
        limitOf[vertex] = limitOf[vertex] < 0 ? term.limit() : limitOf[vertex];
      }
      if (term.first() == term.second()) {
        vertexOfLimit[term.limit()] = vertex;
      }
    }
    return new Hierarchy(nodes, children, out, in, limitOf, vertexOfLimit);
  }

  int vertexCount() {
    return children.length;
  }

  int root() {
    return children.length - 1;
  }

  boolean isNode(int vertex) {
    return vertex < nodeCount;
  }

  int[] children(int vertex) {
    return children[vertex];
  }

  /** What can flow out of a vertex, {@code Long.MAX_VALUE} without a limit of its own. */
  long out(int vertex) {
    return out[vertex];
  }

  /** What can flow into a vertex, {@code Long.MAX_VALUE} without a limit of its own. */
  long in(int vertex) {
    return in[vertex];
  }

  /** A limit on a vertex alone, -1 without one. */
  int limitOf(int vertex) {
    return limitOf[vertex];
  }

  /** The vertex that a limit is about; the root for a limit on several. */
  int vertexOf(int limit) {
    return vertexOfLimit[limit];
  }

  /** The vertex above; the root above itself. */
  int parent(int vertex) {
    return parent[vertex];
  }

  /** True when a node is below a vertex. */
  boolean isBelow(int node, int vertex) {
    int at = node;
    while (at != vertex && at != root()) {
      at = parent[at];
    }
    return at == vertex;
  }
}
