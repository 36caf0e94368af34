package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * How a part's packets travel to and from the other parts' nodes.
 *
 * @param plan the nodes and the network's number
 * @param firstPort first UDP port that may be taken; 0 with lastPort 0 for any
 * @param lastPort last UDP port that may be taken
 */
record PartOverlay(PartPlan plan, int firstPort, int lastPort) {
  /** Longest wait for a node that does not answer at all. */
  static final long PATIENCE_NANOS = 5_000_000_000L;

  private static final long NOT_MEASURED_NANOS = 0;

  /** Opens it; the UDP port at which the others' packets come in. */
  int open(Fabric fabric) throws FabricException {
    return fabric.openOverlay(
        new OverlaySpec(
            address(plan.nodes().get(plan.self())),
            plan.vni(),
            firstPort,
            lastPort,
            plan.endpointMtu()));
  }

  private static InetAddress address(PartNode node) throws FabricException {
    try {
      return InetAddress.getByName(node.host());
    } catch (UnknownHostException e) {
      throw new FabricException(
          "the address of node " + node.name() + " is not known: " + node.host(), e);
    }
  }

  /**
   * Says where the other parts' endpoints are, makes sure that full packets reach them, and takes
   * what packets need to get there off the latencies of the paths.
   */
  void link(
      Fabric fabric,
      CompiledExperiment compiled,
      List<InetSocketAddress> overlays,
      Patience patience)
      throws FabricException, PartEndedException {
    if (overlays.size() != plan.nodes().size()) {
      throw new FabricException(
          "there are "
              + plan.nodes().size()
              + " nodes in the plan, but "
              + overlays.size()
              + " addresses to link with");
    }
    List<OverlayPeer> peers = new ArrayList<>();
    for (int node = 0; node < overlays.size(); node++) {
      List<RemoteEndpoint> endpoints = endpointsOf(node, compiled);
      if (node != plan.self() && !endpoints.isEmpty()) {
        peers.add(
            new OverlayPeer(
                resolved(overlays.get(node), plan.nodes().get(node)),
                endpoints,
                NOT_MEASURED_NANOS));
      }
    }
    fabric.setPeers(peers);
    patience.<FabricException>whileWaiting(
        () -> fabric.setPeers(fabric.checkPeers(PATIENCE_NANOS)));
  }

  private static InetSocketAddress resolved(InetSocketAddress address, PartNode node)
      throws FabricException {
    InetSocketAddress resolved =
        address.isUnresolved()
            ? new InetSocketAddress(address.getHostString(), address.getPort())
            : address;
    if (resolved.isUnresolved()) {
      throw new FabricException(
          "the address of node " + node.name() + " is not known: " + address.getHostString());
    }
    return resolved;
  }

  private List<RemoteEndpoint> endpointsOf(int node, CompiledExperiment compiled) {
    List<RemoteEndpoint> endpoints = new ArrayList<>();
    for (Endpoint endpoint : compiled.endpoints()) {
      if (plan.home(endpoint.index()) == node) {
        endpoints.add(new RemoteEndpoint(endpoint.index(), List.of(endpoint.address())));
      }
    }
    return endpoints;
  }
}
