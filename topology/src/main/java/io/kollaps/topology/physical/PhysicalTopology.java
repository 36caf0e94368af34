package io.kollaps.topology.physical;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A tree of switches with address ranges on them (thesis, figure 11).
 *
 * @param switches each after the one that its uplink goes to, the top first; at least one
 */
public record PhysicalTopology(List<PhysicalSwitch> switches) {
  /**
   * Checks that it is a tree.
   *
   * @throws IllegalArgumentException when it is none
   */
  public PhysicalTopology {
    switches = List.copyOf(switches);
    if (switches.isEmpty()) {
      throw new IllegalArgumentException("a physical topology has a switch");
    }
    for (int i = 0; i < switches.size(); i++) {
      int parent = switches.get(i).parent();
      if (i == 0 ? parent != -1 : parent < 0 || parent >= i) {
        throw new IllegalArgumentException(
            "switch " + switches.get(i).name() + " does not follow its uplink's");
      }
    }
  }

  /** The switch that an address hangs on, by number. */
  public OptionalInt switchOf(InetAddress address) {
    for (int i = 0; i < switches.size(); i++) {
      if (switches.get(i).nodes().stream().anyMatch(range -> range.contains(address))) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The rate of the narrowest link from one address to another, their own links included where the
   * description tells them.
   *
   * @return bits per second, the largest long where no link on the way has a rate; empty when one
   *     of the addresses is on no switch
   */
  public OptionalLong rateBitsPerSecond(InetAddress from, InetAddress to) {
    OptionalInt start = switchOf(from);
    OptionalInt end = switchOf(to);
    if (start.isEmpty() || end.isEmpty()) {
      return OptionalLong.empty();
    }
    int a = start.getAsInt();
    int b = end.getAsInt();
    long rate =
        Math.min(
            switches.get(a).nodeBitsPerSecond().orElse(Long.MAX_VALUE),
            switches.get(b).nodeBitsPerSecond().orElse(Long.MAX_VALUE));
    while (a != b) {
      if (a > b) {
        rate = Math.min(rate, switches.get(a).upBitsPerSecond());
        a = switches.get(a).parent();
      } else {
        rate = Math.min(rate, switches.get(b).downBitsPerSecond());
        b = switches.get(b).parent();
      }
    }
    return OptionalLong.of(rate);
  }
}
