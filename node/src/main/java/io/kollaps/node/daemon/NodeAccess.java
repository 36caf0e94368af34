package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.deploy.ClusterAccess;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;

/** This node, for those who run experiments on it. */
final class NodeAccess implements ClusterAccess {
  private final ClusterNode node;
  private final Beats beats;

  NodeAccess(ClusterNode node, Beats beats) {
    this.node = node;
    this.beats = beats;
  }

  @Override
  public NodeId self() {
    return node.self();
  }

  @Override
  public ControlState state() {
    return node.state();
  }

  @Override
  public Replication.Status status() {
    return node.replication().status();
  }

  @Override
  public Outcome submit(ControlCommand command) throws InterruptedException {
    return node.leadership().submit(command);
  }

  @Override
  public NodeClient client() {
    return node.client();
  }

  @Override
  public boolean isLost(NodeId other) {
    return !other.equals(self()) && beats.members().isLost(other);
  }

  @Override
  public long clockNanos() {
    return node.clock().nanos();
  }

  @Override
  public long nanoTime(long clockNanos) {
    return node.clock().nanoTime(clockNanos);
  }

  @Override
  public Optional<ClockOffset> clockOffset() {
    return beats.clockOffset();
  }

  @Override
  public void send(NodeId to, byte[] payload) {
    beats.send(to, payload);
  }

  @Override
  public void receive(byte kind, BiConsumer<NodeId, ByteBuffer> receiver) {
    beats.receive(kind, receiver);
  }
}
