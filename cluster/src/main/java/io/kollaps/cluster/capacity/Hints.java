package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.Map;

/**
 * Near whom a joining node probably is, from what costs nothing to know: the chassis that LLDP
 * names, round-trip time, subnet. A wrong hint costs probes, never correctness.
 *
 * @param factors how many times more likely than a node without hint; positive
 */
public record Hints(Map<NodeId, Double> factors) {
  /** Nothing is known. */
  public static final Hints NONE = new Hints(Map.of());

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException for a factor that is not positive and finite
   */
  public Hints {
    factors = Map.copyOf(factors);
    factors.forEach(
        (node, factor) -> {
          if (!(factor > 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(
                "the hint for node " + node + " is " + factor + "; it is a positive factor");
          }
        });
  }

  /** The factor of a node, 1 without a hint. */
  public double factor(NodeId node) {
    return factors.getOrDefault(node, 1.0);
  }
}
