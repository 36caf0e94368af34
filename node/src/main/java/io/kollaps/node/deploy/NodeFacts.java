package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.node.generated.NodeFactsMessage;
import io.kollaps.node.generated.NodeLossesMessage;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * What a node can take, as it says itself.
 *
 * @param maxEndpoints endpoints of all runs together
 * @param milliCpus processors, in thousandths
 * @param memoryBytes memory
 * @param mtuBytes largest packet that its network carries whole
 */
record NodeFacts(int maxEndpoints, long milliCpus, long memoryBytes, int mtuBytes) {
  /** Room of the facts; the key is the node's id. */
  static final String ROOM = "node-facts";

  /** Room of the times when nodes were lost; the key is the node's id. */
  static final String LOSSES_ROOM = "node-losses";

  /** Largest packet of Ethernet. */
  static final int ETHERNET_MTU = 1500;

  /** A node that was lost is placed after others for so long. */
  static final long LOSS_COUNTS_MILLIS = 24L * 3600 * 1000;

  private static final int FORMAT = 1;
  private static final int LOSSES_KEPT = 16;
  private static final long MILLI = 1000;

  /**
   * Those of this machine.
   *
   * @param maxEndpoints as the node is set
   * @param host address at which the other nodes reach it
   */
  static NodeFacts ofMachine(int maxEndpoints, String host) {
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return new NodeFacts(
        maxEndpoints, Runtime.getRuntime().availableProcessors() * MILLI, memory, mtu(host));
  }

  private static int mtu(String host) {
    try {
      NetworkInterface device = NetworkInterface.getByInetAddress(InetAddress.getByName(host));
      int mtu = device == null ? 0 : device.getMTU();
      return mtu > 0 ? mtu : ETHERNET_MTU;
    } catch (SocketException | UnknownHostException e) {
      return ETHERNET_MTU; // what is too much is found when parts are linked
    }
  }

  ByteString encode() {
    return NodeFactsMessage.newBuilder()
        .setFormat(FORMAT)
        .setMaxEndpoints(maxEndpoints)
        .setMilliCpus(milliCpus)
        .setMemoryBytes(memoryBytes)
        .setMtuBytes(mtuBytes)
        .build()
        .toByteString();
  }

  /** What a node said; empty before it did. */
  static Optional<NodeFacts> of(ControlState state, NodeId node) {
    Document document = state.documents().get(new Document.Key(ROOM, node.value()));
    if (document == null) {
      return Optional.empty();
    }
    try {
      NodeFactsMessage message = NodeFactsMessage.parseFrom(document.content());
      return Optional.of(
          new NodeFacts(
              message.getMaxEndpoints(),
              message.getMilliCpus(),
              message.getMemoryBytes(),
              message.getMtuBytes()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty(); // it gets nothing until it says it in a way that is known here
    }
  }

  /** When a node was lost. */
  static List<Long> losses(ControlState state, NodeId node) {
    Document document = state.documents().get(new Document.Key(LOSSES_ROOM, node.value()));
    if (document == null) {
      return List.of();
    }
    try {
      return List.copyOf(NodeLossesMessage.parseFrom(document.content()).getAtMillisList());
    } catch (InvalidProtocolBufferException e) {
      return List.of(); // it only ranks nodes
    }
  }

  /** How often it was lost in the time that counts. */
  static int unreliability(ControlState state, NodeId node, long nowMillis) {
    return (int)
        losses(state, node).stream().filter(at -> nowMillis - at < LOSS_COUNTS_MILLIS).count();
  }

  /** The times with one more. */
  static ByteString withLoss(ControlState state, NodeId node, long nowMillis) {
    NodeLossesMessage.Builder message = NodeLossesMessage.newBuilder().setFormat(FORMAT);
    List<Long> known = losses(state, node);
    known.stream().skip(Math.max(0, known.size() - LOSSES_KEPT + 1)).forEach(message::addAtMillis);
    return message.addAtMillis(nowMillis).build().toByteString();
  }
}
