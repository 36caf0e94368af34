package io.kollaps.fabric.tc;

import io.kollaps.fabric.PathShape;
import java.net.InetAddress;
import java.util.List;

/**
 * What is to become of the traffic to a destination.
 *
 * @param destination its number
 * @param addresses its addresses; they cannot change later
 * @param shape what is done to its packets
 * @param open false to drop them all, and count them as cut
 * @param totals where its counters are kept, also when it is removed
 */
record DestinationSetting(
    int destination,
    List<InetAddress> addresses,
    PathShape shape,
    boolean open,
    PathTotals totals) {

  /** Copies the list. */
  DestinationSetting {
    addresses = List.copyOf(addresses);
  }
}
