package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a node before any probe.
 *
 * @param id identity
 * @param nicBitsPerSecond speed of its network interface, which no path can pass; empty where the
 *     interface tells none or a fictitious one (virtio, veth)
 * @param address its address in the network that connects the nodes, by which an administrator's
 *     topology places it; a literal, never looked up
 */
public record NodeProfile(NodeId id, OptionalLong nicBitsPerSecond, Optional<InetAddress> address) {
  /**
   * Checks the speed.
   *
   * @throws IllegalArgumentException for a negative speed
   */
  public NodeProfile {
    if (nicBitsPerSecond.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "node " + id + ": an interface's speed is not negative: " + nicBitsPerSecond);
    }
  }

  /** A node of which only the speed of its interface is known. */
  public static NodeProfile of(NodeId id, long nicBitsPerSecond) {
    return new NodeProfile(id, OptionalLong.of(nicBitsPerSecond), Optional.empty());
  }

  /** A node of which nothing is known. */
  public static NodeProfile unknown(NodeId id) {
    return new NodeProfile(id, OptionalLong.empty(), Optional.empty());
  }

  /**
   * The most that a probe of this node can show.
   *
   * @param goodputFactor what a transfer gets of an interface's speed
   * @return whole bits per second, infinite where the interface's speed is unknown
   */
  double capBitsPerSecond(double goodputFactor) {
    return nicBitsPerSecond.isPresent()
        ? Math.rint(nicBitsPerSecond.getAsLong() * goodputFactor)
        : Double.POSITIVE_INFINITY;
  }
}
