package io.kollaps.cluster.capacity;

import io.kollaps.topology.physical.PhysicalTopology;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What an administrator's description of the network says: the narrowest link or interface between
 * two nodes, times the goodput factor.
 *
 * @param topology the description
 * @param goodputFactor what a TCP transfer gets of a link's rate
 */
public record DescribedCapacities(PhysicalTopology topology, double goodputFactor)
    implements ExpectedCapacities {

  /** {@inheritDoc} Empty too where no link on the way has a known rate. */
  @Override
  public OptionalDouble bitsPerSecond(NodeProfile a, NodeProfile b) {
    if (a.address().isEmpty() || b.address().isEmpty()) {
      return OptionalDouble.empty();
    }
    OptionalLong there = topology.rateBitsPerSecond(a.address().get(), b.address().get());
    OptionalLong back = topology.rateBitsPerSecond(b.address().get(), a.address().get());
    if (there.isEmpty() || back.isEmpty()) {
      return OptionalDouble.empty();
    }
    long links = Math.min(there.getAsLong(), back.getAsLong());
    long interfaces =
        Math.min(
            a.nicBitsPerSecond().orElse(Long.MAX_VALUE),
            b.nicBitsPerSecond().orElse(Long.MAX_VALUE));
    long rate = Math.min(links, interfaces);
    return rate == Long.MAX_VALUE
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.rint(rate * goodputFactor));
  }
}
