package io.kollaps.placement.network;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A physical network that is a tree, each of whose links is known. Links are full duplex.
 *
 * @param nodeCount number of nodes
 * @param vertices the nodes in order, then switches
 */
public record KnownTree(int nodeCount, List<Vertex> vertices) implements PhysicalNetwork {

  /**
   * A node or a switch, and its link towards the root.
   *
   * @param name unique in the network
   * @param parent index of the vertex above; empty for the root
   * @param upBitsPerSecond what its link carries towards the root
   * @param downBitsPerSecond what its link carries from the root
   */
  public record Vertex(
      String name, Optional<Integer> parent, long upBitsPerSecond, long downBitsPerSecond) {}

  /**
   * Checks that it is a tree.
   *
   * @throws IllegalArgumentException when there is not one root, or a vertex is not below it
   */
  public KnownTree {
    vertices = List.copyOf(vertices);
    if (nodeCount < 1 || vertices.size() < nodeCount) {
      throw new IllegalArgumentException(
          nodeCount + " nodes among " + vertices.size() + " vertices");
    }
    long roots = vertices.stream().filter(vertex -> vertex.parent().isEmpty()).count();
    if (roots != 1) {
      throw new IllegalArgumentException("a tree has one root, not " + roots);
    }
    Set<Integer> below = new HashSet<>();
    for (int i = 0; i < vertices.size(); i++) {
      Set<Integer> way = new HashSet<>();
      Optional<Integer> at = Optional.of(i);
      while (at.isPresent() && !below.contains(at.get())) {
        if (at.get() < 0 || at.get() >= vertices.size() || !way.add(at.get())) {
          throw new IllegalArgumentException(
              vertices.get(i).name()
                  + " is not below the root; every parent must be another vertex");
        }
        at = vertices.get(at.get()).parent();
      }
      below.addAll(way);
    }
  }

  @Override
  public Soundness soundness() {
    return Soundness.KNOWN_TOPOLOGY;
  }

  @Override
  public NetworkLimits limits() {
    List<BitSet> below = new ArrayList<>();
    vertices.forEach(vertex -> below.add(new BitSet(nodeCount)));
    for (int node = 0; node < nodeCount; node++) {
      for (Optional<Integer> at = Optional.of(node); at.isPresent(); ) {
        below.get(at.get()).set(node);
        at = vertices.get(at.get()).parent();
      }
    }
    NetworkLimits.Builder builder = new NetworkLimits.Builder(nodeCount);
    for (int i = 0; i < vertices.size(); i++) {
      Vertex vertex = vertices.get(i);
      if (vertex.parent().isPresent()) {
        String above = vertices.get(vertex.parent().get()).name();
        builder.out(vertex.name() + "->" + above, vertex.upBitsPerSecond(), below.get(i));
        builder.in(above + "->" + vertex.name(), vertex.downBitsPerSecond(), below.get(i));
      }
    }
    return builder.build();
  }
}
