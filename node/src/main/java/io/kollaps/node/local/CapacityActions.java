package io.kollaps.node.local;

import java.util.List;

/** What commands ask about the capacities between the nodes. */
public final class CapacityActions {
  /** The capacity map: one line for each node. */
  public static final LocalAction<NodeActions.Nothing, Row> CAPACITY =
      new LocalAction<>("capacity", NodeActions.Nothing.class, Row.class);

  /** Give the cluster a description of the physical network, or take it back. */
  public static final LocalAction<Description, NodeActions.Nothing> DESCRIBE =
      new LocalAction<>("describe-capacity", Description.class, NodeActions.Nothing.class);

  private CapacityActions() {}

  /**
   * A description of the physical network.
   *
   * @param content the file's text; empty: take back the one that is there
   */
  public record Description(String content) {}

  /**
   * A node, and its capacities with the nodes before it.
   *
   * @param id its identity
   * @param name what people call it
   * @param measured whether it has its place in the map
   * @param nicBitsPerSecond speed of its interface; 0: not known
   * @param pairs with each node of the map before it
   */
  public record Row(
      String id, String name, boolean measured, long nicBitsPerSecond, List<Pair> pairs) {
    /** Copies the list. */
    public Row {
      pairs = List.copyOf(pairs);
    }
  }

  /**
   * Capacities between two nodes.
   *
   * @param other name of the other node
   * @param to towards the other node
   * @param from from the other node
   * @param source {@code measured} or {@code inferred}
   * @param basis for an inferred one: the pairs whose probes gave it, each as {@code a-b}; a node
   *     that has left is named by its identity
   * @param samples number of probes behind it
   * @param tie {@code none}; {@code open} where three or more branches meet and may share a link;
   *     {@code confirmed} where it is known that they do not
   * @param ageSeconds since the last probe behind it
   * @param confidence 0 to 1
   * @param path round-trip time and more, empty when it was not measured
   */
  public record Pair(
      String other,
      Directed to,
      Directed from,
      String source,
      List<String> basis,
      int samples,
      String tie,
      long ageSeconds,
      double confidence,
      List<Path> path) {
    /** Copies the lists. */
    public Pair {
      basis = List.copyOf(basis);
      path = List.copyOf(path);
    }
  }

  /**
   * One direction.
   *
   * @param bitsPerSecond the capacity
   * @param lowerBound true when it may be higher
   */
  public record Directed(long bitsPerSecond, boolean lowerBound) {}

  /**
   * What datagrams between two nodes meet.
   *
   * @param roundTripMillis median round-trip time
   * @param jitterMillis mean difference of successive ones
   * @param loss share that was lost
   */
  public record Path(double roundTripMillis, double jitterMillis, double loss) {}
}
