package io.kollaps.fabric.overlay;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PortSpec;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which endpoint is on which other node. Never changes. */
public final class PeerDirectory {
  /** Peer of an endpoint that is not on another node. */
  public static final int NONE = -1;

  /** Most peers: probes number them in two bytes. */
  public static final int MOST_PEERS = 65_535;

  private final List<OverlayPeer> peers;
  private final int[] peerOf;
  private final Map<InetAddress, Integer> owners;

  private PeerDirectory(List<OverlayPeer> peers, int[] peerOf, Map<InetAddress, Integer> owners) {
    this.peers = peers;
    this.peerOf = peerOf;
    this.owners = owners;
  }

  /** Nobody is elsewhere. */
  public static PeerDirectory empty(int endpointCount) {
    int[] peerOf = new int[endpointCount];
    Arrays.fill(peerOf, NONE);
    return new PeerDirectory(List.of(), peerOf, Map.of());
  }

  /**
   * Checks peers and puts them in order.
   *
   * @param here the addresses of endpoints that are attached here, with the endpoints
   * @throws FabricException when an endpoint does not exist, is here, or has two peers; when an
   *     address has two owners; when a peer's address is not of the overlay's kind
   */
  public static PeerDirectory of(
      List<OverlayPeer> peers, OverlaySpec spec, int endpointCount, Map<InetAddress, Integer> here)
      throws FabricException {
    if (peers.size() > MOST_PEERS) {
      throw new FabricException(
          "A run has at most " + MOST_PEERS + " other nodes, not " + peers.size() + ".");
    }
    Map<InetAddress, Integer> owners = new HashMap<>(here);
    PeerDirectory filled =
        new PeerDirectory(List.copyOf(peers), empty(endpointCount).peerOf, owners);
    for (int peer = 0; peer < peers.size(); peer++) {
      requireSameKind(peers.get(peer), spec);
      for (RemoteEndpoint endpoint : peers.get(peer).endpoints()) {
        filled.add(peer, endpoint, here);
      }
    }
    owners.keySet().removeAll(here.keySet());
    return filled;
  }

  private static void requireSameKind(OverlayPeer peer, OverlaySpec spec) throws FabricException {
    InetAddress address = peer.address().getAddress();
    if (address instanceof Inet6Address != spec.overIpv6()) {
      throw new FabricException(
          "The overlay of this node is at "
              + spec.local().getHostAddress()
              + ", it cannot reach "
              + address.getHostAddress()
              + ": all nodes of a run have to be reached by IPv4, or all by IPv6.");
    }
  }

  private void add(int peer, RemoteEndpoint endpoint, Map<InetAddress, Integer> here)
      throws FabricException {
    int index = endpoint.endpoint();
    if (index < 0 || index >= peerOf.length) {
      throw new FabricException(
          "There are endpoints 0 to " + (peerOf.length - 1) + ", but not " + index + ".");
    }
    if (peerOf[index] != NONE || here.containsValue(index)) {
      throw new FabricException(
          "Endpoint "
              + index
              + " cannot be at "
              + peers.get(peer).address()
              + ": it is "
              + (peerOf[index] == NONE
                  ? "here."
                  : "at " + peers.get(peerOf[index]).address() + "."));
    }
    for (InetAddress address : endpoint.addresses()) {
      Integer owner = owners.putIfAbsent(address, index);
      if (owner != null) {
        throw new FabricException(
            "Endpoint " + owner + " has the address " + address.getHostAddress() + " already.");
      }
    }
    peerOf[index] = peer;
  }

  /** All peers. */
  public List<OverlayPeer> peers() {
    return peers;
  }

  /** Peer that has an endpoint, an index of {@link #peers}; or {@link #NONE}. */
  public int peerOf(int endpoint) {
    return peerOf[endpoint];
  }

  /**
   * Checks that an endpoint may be attached here.
   *
   * @throws FabricException when it, or one of its addresses, is on another node
   */
  public void requireHere(PortSpec port) throws FabricException {
    int peer = peerOf[port.endpoint()];
    if (peer != NONE) {
      throw new FabricException(
          "Endpoint "
              + port.endpoint()
              + " is at "
              + peers.get(peer).address()
              + ", it cannot be attached here.");
    }
    for (InetAddress address : port.addresses()) {
      Integer owner = owners.get(address);
      if (owner != null) {
        throw new FabricException(
            "Endpoint " + owner + " has the address " + address.getHostAddress() + " already.");
      }
    }
  }

  /** What a packet to an endpoint takes by itself; 0 to one that is not on another node. */
  public long transitNanos(int endpoint) {
    int peer = peerOf[endpoint];
    return peer == NONE ? 0 : peers.get(peer).transitNanos();
  }

  /**
   * An endpoint in whose name this node sends probes.
   *
   * @throws FabricException when all endpoints are on other nodes
   */
  public int endpointHere() throws FabricException {
    for (int endpoint = 0; endpoint < peerOf.length; endpoint++) {
      if (peerOf[endpoint] == NONE) {
        return endpoint;
      }
    }
    throw new FabricException(
        "All endpoints are on other nodes: this node has no part of the run.");
  }
}
