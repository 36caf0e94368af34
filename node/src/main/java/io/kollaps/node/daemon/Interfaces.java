package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this machine's interfaces say of themselves. */
final class Interfaces {
  private static final Path CLASS = Path.of("/sys/class/net");
  private static final long MEGABIT = 1_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Interfaces.class);

  private Interfaces() {}

  /**
   * What is known of a node that is reached at a host.
   *
   * @param host of it; only a literal address is used
   * @param speed of its interface, where a user has set one
   */
  static NodeProfile profile(NodeId id, String host, OptionalLong speed) {
    Optional<InetAddress> address = literal(host);
    return new NodeProfile(
        id,
        speed.isPresent() ? speed : address.map(Interfaces::speed).orElse(OptionalLong.empty()),
        address);
  }

  /** What is known of another node. */
  static NodeProfile other(NodeId id, String host) {
    return new NodeProfile(id, OptionalLong.empty(), literal(host));
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a name: what it stands for may change
    }
  }

  /**
   * The speed of the interface with an address. Virtual ones (veth, bridges, tunnels) have no
   * device behind them and those of virtual machines tell fictitious speeds or none: they count as
   * unknown.
   */
  private static OptionalLong speed(InetAddress address) {
    try {
      NetworkInterface with = NetworkInterface.getByInetAddress(address);
      if (with == null) {
        return OptionalLong.empty();
      }
      Path device = CLASS.resolve(with.getName());
      Path driver = device.resolve("device/driver");
      if (!Files.exists(driver) || driver.toRealPath().toString().contains("/virtio")) {
        return OptionalLong.empty();
      }
      long megabits = Long.parseLong(Files.readString(device.resolve("speed")).strip());
      return megabits > 0 ? OptionalLong.of(megabits * MEGABIT) : OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      LOG.debug("the speed of the interface with {} is unknown: {}", address, e.getMessage());
      return OptionalLong.empty();
    }
  }
}
