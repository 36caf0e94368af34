package io.kollaps.fabric;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Another node on which endpoints of the run are.
 *
 * @param address where its overlay socket listens, resolved
 * @param endpoints its endpoints, at least one
 * @param transitNanos what a packet takes to it by itself, one way; taken off the latency of every
 *     path to its endpoints, down to 0; at least 0
 */
public record OverlayPeer(
    InetSocketAddress address, List<RemoteEndpoint> endpoints, long transitNanos) {

  /**
   * Copies the list and checks the values.
   *
   * @throws IllegalArgumentException when the address is not resolved, no endpoint is there, or the
   *     transit is negative
   */
  public OverlayPeer {
    endpoints = List.copyOf(endpoints);
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("the address of a peer must be resolved: " + address);
    }
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("peer " + address + " has no endpoint");
    }
    if (transitNanos < 0) {
      throw new IllegalArgumentException(
          "the transit to peer " + address + " is negative: " + transitNanos + " ns");
    }
  }

  /** The same peer with another transit. */
  public OverlayPeer withTransit(long nanos) {
    return new OverlayPeer(address, endpoints, nanos);
  }

  /**
   * An endpoint of another node.
   *
   * @param endpoint its index
   * @param addresses its addresses, IPv4 or IPv6, at least one
   */
  public record RemoteEndpoint(int endpoint, List<InetAddress> addresses) {

    /**
     * Copies the list and checks the values.
     *
     * @throws IllegalArgumentException when there is no address
     */
    public RemoteEndpoint {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("remote endpoint " + endpoint + " has no address");
      }
    }
  }
}
