package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.World;
import java.util.ArrayList;
import java.util.List;

/**
 * The links that probes load. No two probes of one leader may share a link; a leader that was cut
 * off and its successor cannot know of one another at once, so theirs may, but not for long.
 */
final class ProbeWire {
  /** To learn that another node leads, and to be told to stop, with messages that straggle. */
  private static final long OVERLAP_NANOS = 2_500_000_000L;

  private final World world;
  private final Network<Word> network;
  private final PhysicalTree tree;
  private final List<Transfer> running = new ArrayList<>();
  private long begun;
  private long lastBegunNanos;

  /** A transfer between two hosts as long as both of them live. */
  static final class Transfer {
    private final long probe;
    private final long term;
    private final Host<Word> client;
    private final Host<Word> server;
    private final int clientStarts;
    private final int serverStarts;
    private final boolean join;
    private final List<Transfer> beside = new ArrayList<>();
    private boolean ended;

    private Transfer(boolean join, long probe, long term, Host<Word> client, Host<Word> server) {
      this.join = join;
      this.probe = probe;
      this.term = term;
      this.client = client;
      this.server = server;
      this.clientStarts = client.starts();
      this.serverStarts = server.starts();
    }

    void end() {
      ended = true;
    }

    boolean alive() {
      return !ended
          && client.up()
          && server.up()
          && client.starts() == clientStarts
          && server.starts() == serverStarts;
    }

    @Override
    public String toString() {
      return "probe " + probe + " (term " + term + ") of " + client + " with " + server;
    }
  }

  ProbeWire(World world, Network<Word> network, PhysicalTree tree) {
    this.world = world;
    this.network = network;
    this.tree = tree;
  }

  /**
   * Begins a transfer.
   *
   * @param join whether a joining node begins it; members may test together what a link carries
   * @param term of the leader that asked for it
   */
  Transfer begin(boolean join, long probe, long term, NodeId client, NodeId server) {
    Transfer begins = new Transfer(join, probe, term, network.host(client), network.host(server));
    running.removeIf(transfer -> !transfer.alive());
    for (Transfer other : running) {
      if (shares(begins, other)) {
        world.trace().note("network", "probes share a link:", begins + ", " + other);
        begins.beside.add(other);
        other.beside.add(begins);
        if (!join && !other.join) {
          continue;
        }
        world.demand(
            other.term != term, () -> "two probes share a link: " + begins + " and " + other);
        world.after(
            OVERLAP_NANOS,
            () ->
                world.demand(
                    !begins.alive() || !other.alive(),
                    () -> "probes of two leaders share a link: " + begins + " and " + other));
      }
    }
    running.add(begins);
    begun++;
    lastBegunNanos = world.nowNanos();
    return begins;
  }

  private boolean shares(Transfer a, Transfer b) {
    return tree.share(number(a.client), number(a.server), number(b.client), number(b.server));
  }

  private static int number(Host<Word> host) {
    return SimulatedProbes.number(host.id());
  }

  /** What a transfer finds: with what ran beside it, when it had company. */
  Measurement measure(Transfer transfer, SimulatedProbes probes) {
    if (transfer.beside.isEmpty()) {
      return probes.probe(number(transfer.client), number(transfer.server), 0);
    }
    List<int[]> pairs = new ArrayList<>();
    pairs.add(new int[] {number(transfer.client), number(transfer.server)});
    transfer.beside.forEach(
        other -> pairs.add(new int[] {number(other.client), number(other.server)}));
    return probes.together(pairs, 0).getFirst();
  }

  /** How many transfers were begun. */
  long begun() {
    return begun;
  }

  /** When the last one was begun. */
  long lastBegunNanos() {
    return lastBegunNanos;
  }

  /** Those that run. */
  List<Transfer> running() {
    running.removeIf(transfer -> !transfer.alive());
    return List.copyOf(running);
  }
}
