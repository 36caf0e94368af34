package io.kollaps.fabric;

import io.kollaps.linux.NetworkNamespace;
import java.net.InetAddress;
import java.util.List;

/**
 * The port to make for an endpoint.
 *
 * @param endpoint index of the endpoint
 * @param namespace where {@code eth0} goes
 * @param addresses addresses of {@code eth0}, IPv4 or IPv6, at least one
 * @param routes prefixes reached through {@code eth0}
 * @param mtu largest IP packet in bytes, 1280 to 65521
 */
public record PortSpec(
    int endpoint,
    NetworkNamespace namespace,
    List<InetAddress> addresses,
    List<Prefix> routes,
    int mtu) {

  /** MTU when nothing else is asked for. */
  public static final int DEFAULT_MTU = 1500;

  /** Copies the lists. */
  public PortSpec {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }

  /**
   * An address range.
   *
   * @param address first address
   * @param length number of leading bits that are fixed
   */
  public record Prefix(InetAddress address, int length) {}
}
