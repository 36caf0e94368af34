package io.kollaps.cluster.capacity;

import java.util.OptionalDouble;

/** What an administrator's description of the physical network says of two nodes. */
@FunctionalInterface
public interface ExpectedCapacities {
  /** No description is given. */
  ExpectedCapacities NONE = (a, b) -> OptionalDouble.empty();

  /**
   * What a transfer between two nodes should get in its slower direction, goodput factor included.
   *
   * @return bits per second; empty when the description does not place both nodes
   */
  OptionalDouble bitsPerSecond(NodeProfile a, NodeProfile b);
}
