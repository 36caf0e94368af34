package io.kollaps.fabric.overlay;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * Two nodes: namespaces that are joined by a cable. Node n has 10.99.0.(n+1) and fd99::(n+1); there
 * is nothing else in them.
 */
public final class Underlay implements AutoCloseable {
  private static final String NAME = "under0";

  private final List<NetworkNamespace> nodes;

  /** Makes them, with the same largest packet on both ends of the cable. */
  public Underlay(int mtu) throws Exception {
    this(mtu, mtu);
  }

  /** Makes them; a packet that is larger than the receiving end takes disappears. */
  public Underlay(int firstMtu, int secondMtu) throws Exception {
    nodes = List.of(NetworkNamespaces.create(), NetworkNamespaces.create());
    nodes
        .get(0)
        .inside(
            () -> {
              try (RouteNetlink links = RouteNetlink.open()) {
                new LinkCreator(links.socket())
                    .veth(
                        LinkSpec.named(NAME).withMtu(firstMtu),
                        LinkSpec.named(NAME).withMtu(secondMtu).in(nodes.get(1)));
                return 0;
              }
            });
    configure(0);
    configure(1);
  }

  private void configure(int node) throws Exception {
    InetAddress address4 = address(node, false);
    InetAddress address6 = address(node, true);
    nodes
        .get(node)
        .inside(
            () -> {
              try (RouteNetlink links = RouteNetlink.open()) {
                int index = links.linkIndex(NAME);
                links.setUp(index, true);
                links.setUp(1, true);
                links.addAddress(index, address4, 24);
                links.addAddress(index, address6, 64);
                return 0;
              }
            });
  }

  /** A node's address. */
  public static InetAddress address(int node, boolean version6) throws IOException {
    return InetAddress.getByName(version6 ? "fd99::" + (node + 1) : "10.99.0." + (node + 1));
  }

  public NetworkNamespace node(int node) {
    return nodes.get(node);
  }

  /** What is done inside a node. */
  @FunctionalInterface
  public interface Action<T> {
    /** Does it. */
    T run() throws FabricException, LinuxException;
  }

  /** Does something in a node's namespace. */
  public <T> T inside(int node, Action<T> action) throws FabricException, LinuxException {
    FabricException[] failure = new FabricException[1];
    List<T> result =
        nodes
            .get(node)
            .inside(
                () -> {
                  try {
                    return List.of(action.run());
                  } catch (FabricException e) {
                    failure[0] = e;
                    return List.of();
                  }
                });
    if (failure[0] != null) {
      throw failure[0];
    }
    return result.getFirst();
  }

  @Override
  public void close() {
    nodes.forEach(NetworkNamespace::close);
  }
}
