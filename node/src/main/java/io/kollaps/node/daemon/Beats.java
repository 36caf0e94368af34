package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.clock.ClockOffsetEstimator;
import io.kollaps.cluster.clock.ClockSample;
import io.kollaps.cluster.membership.LivenessCommand;
import io.kollaps.cluster.membership.LivenessSettings;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.cluster.security.KeyRing;
import io.kollaps.cluster.security.Refusals;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.wire.Beat;
import io.kollaps.cluster.wire.DatagramPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs of life and clocks, by sealed datagrams: the leader pings the members, a member answers
 * with its clock and what it knows, and the leader's answer to that tells it the leader's clock.
 * Other kinds of datagrams come and go by the same port. May be used from any thread.
 */
final class Beats implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Beats.class);

  private static final int TICKS_PER_PERIOD = 5;

  private final Self self;
  private final LivenessSettings settings;
  private final Refusals refusals;
  private final Predicate<NodeId> mayCall;
  private final NodeWatch watch;
  private final MemberWatch members;
  private final ClockOffsetEstimator estimator = new ClockOffsetEstimator();
  private final Map<NodeId, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final Map<Byte, BiConsumer<NodeId, ByteBuffer>> others = new ConcurrentHashMap<>();
  private volatile Watcher watcher = Watcher.NOBODY;
  private final ScheduledExecutorService pinging =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("kollaps-beats").factory());
  private @Nullable Replication replication;
  private @Nullable KeyRing keys;
  private @Nullable DatagramPort port;
  private @Nullable Future<?> pings;

  /** Counts how often this node came to lead: pings of an earlier time end. */
  private long leads;

  private boolean closed;

  /**
   * Who takes part.
   *
   * @param id of the node
   * @param session greater in each process of the node than in the one before
   * @param port UDP port
   * @param clock the node's
   */
  record Self(NodeId id, long session, int port, NodeClock clock) {}

  /** Is told by the leader's node who is lost and who is back; must not be held. */
  interface Watcher {
    /** Tells nobody. */
    Watcher NOBODY =
        new Watcher() {
          @Override
          public void lost(NodeId node) {}

          @Override
          public void returned(NodeId node) {}
        };

    /** A member is given up. */
    void lost(NodeId node);

    /** A lost member has answered. */
    void returned(NodeId node);
  }

  /**
   * Prepares it; datagrams begin when it is opened and a key is known.
   *
   * @param mayCall whose datagrams count
   * @param watch is told when the port cannot be had
   */
  Beats(
      Self self,
      LivenessSettings settings,
      Predicate<NodeId> mayCall,
      Refusals refusals,
      NodeWatch watch) {
    this.self = self;
    this.settings = settings;
    this.mayCall = mayCall;
    this.refusals = refusals;
    this.watch = watch;
    members = new MemberWatch(settings);
  }

  /** Tells this one from now on. */
  void tell(Watcher who) {
    watcher = who;
  }

  /**
   * Gives datagrams of another kind to a receiver, on the port's thread, which must not be held.
   *
   * @param kind first byte; not one of a {@link Beat}
   * @param receiver takes the sender and what follows the first byte
   */
  void receive(byte kind, BiConsumer<NodeId, ByteBuffer> receiver) {
    others.put(kind, receiver);
  }

  /** Sends a datagram of another kind to a member; it may be lost. */
  void send(NodeId to, byte[] payload) {
    InetSocketAddress address = addresses.get(to);
    DatagramPort open = port();
    if (address != null && open != null) {
      open.send(payload, address);
    }
  }

  /** The members as their leader knows them. */
  MemberWatch members() {
    return members;
  }

  /** The offset of this node's clock to the leader's; empty when it is not known. */
  Optional<ClockOffset> clockOffset() {
    synchronized (estimator) {
      return estimator.at(self.clock().nanos());
    }
  }

  /** Another node leads: its clock is another one. */
  void forgetClock() {
    synchronized (estimator) {
      estimator.clear();
    }
  }

  /** Takes part from now on, as soon as a cluster key is known. */
  synchronized void open(Replication state) {
    replication = state;
    listen();
  }

  /** Uses a cluster key from now on. */
  synchronized void learn(ClusterKey key) {
    if (keys == null) {
      keys = new KeyRing(key);
      listen();
    } else {
      keys.learn(key, System.nanoTime());
    }
  }

  private void listen() {
    Replication state = replication;
    KeyRing known = keys;
    if (closed || state == null || known == null || port != null) {
      return;
    }
    try {
      port =
          new DatagramPort(
              self.port(),
              new DatagramSeal(self.id(), self.session(), known, mayCall),
              refusals,
              self.clock()::millis,
              (sender, payload, from) -> received(state, sender, payload, from));
    } catch (IOException e) {
      watch.ended(String.valueOf(e.getMessage()), false);
    }
  }

  /** This node leads from now on: it pings. */
  synchronized void lead() {
    Replication state = replication;
    if (closed || state == null || pings != null) {
      return;
    }
    members.begin();
    long lead = ++leads;
    pings = pinging.schedule(() -> tick(state, lead), 0, TimeUnit.NANOSECONDS);
  }

  /** Densely while a node is suspected; else a fraction of a period is often enough. */
  private synchronized void schedule(Replication state, long lead) {
    if (!closed && pings != null && lead == leads) {
      long delay =
          members.suspects()
              ? settings.confirmPeriodNanos()
              : Math.max(settings.confirmPeriodNanos(), settings.periodNanos() / TICKS_PER_PERIOD);
      pings = pinging.schedule(() -> tick(state, lead), delay, TimeUnit.NANOSECONDS);
    }
  }

  /** This node leads no more. */
  synchronized void follow() {
    if (pings != null) {
      pings.cancel(false);
      pings = null;
    }
  }

  /** Watches the members of a state; at the leader, every now and then. */
  void watch(ControlState state) {
    members.watch(others(state), System.nanoTime());
  }

  private Set<NodeId> others(ControlState state) {
    Set<NodeId> found = new HashSet<>(state.members().keySet());
    found.remove(self.id());
    return found;
  }

  /** Learns where the members of a state are, every now and then. May wait for name servers. */
  void learnAddresses(ControlState state) {
    Set<NodeId> found = others(state);
    addresses.keySet().retainAll(found);
    for (NodeId id : found) {
      Member member = state.members().get(id);
      InetSocketAddress known = addresses.get(id);
      if (member != null
          && (known == null
              || known.isUnresolved()
              || known.getPort() != member.port()
              || !known.getHostString().equals(member.host()))) {
        addresses.put(id, new InetSocketAddress(member.host(), member.port()));
      }
    }
  }

  private void tick(Replication state, long lead) {
    try {
      tell(members.tick(System.nanoTime()), state);
    } catch (RuntimeException e) {
      LOG.error("the members could not be pinged", e); // an exception would end all later pings
    } finally {
      schedule(state, lead);
    }
  }

  private void tell(List<LivenessCommand> commands, Replication state) {
    for (LivenessCommand command : commands) {
      switch (command) {
        case LivenessCommand.Ping(NodeId node, long number) -> {
          InetSocketAddress to = addresses.get(node);
          if (to != null) {
            send(new Beat.Ping(number), to);
          }
        }
        case LivenessCommand.Lost(NodeId node, long silentNanos) -> {
          addresses.remove(node); // its name may stand for another address by now
          LOG.warn("node {} is lost: silent for {} ms", name(node, state), silentNanos / 1_000_000);
          watcher.lost(node);
        }
        case LivenessCommand.Returned(NodeId node) -> {
          LOG.info("node {} is back", name(node, state));
          watcher.returned(node);
        }
        case LivenessCommand.Suspected(NodeId node) ->
            LOG.debug("node {} is silent and pinged densely", name(node, state));
        case LivenessCommand.Cleared(NodeId node) ->
            LOG.debug("node {} was silent only for a while", name(node, state));
      }
    }
  }

  private static String name(NodeId node, Replication state) {
    Member member = state.state().members().get(node);
    return member == null ? node.value() : member.name();
  }

  private void received(
      Replication state, NodeId sender, ByteBuffer payload, InetSocketAddress from) {
    long receivedNanos = self.clock().nanos();
    BiConsumer<NodeId, ByteBuffer> other =
        payload.hasRemaining() ? others.get(payload.get(payload.position())) : null;
    if (other != null) {
      var _ = payload.get();
      other.accept(sender, payload);
      return;
    }
    Optional<Beat> beat = Beat.parse(payload);
    if (beat.isEmpty()) {
      return; // of a newer version
    }
    switch (beat.get()) {
      case Beat.Ping ping ->
          send(
              new Beat.Sign(
                  ping.number(), self.clock().nanos(), state.state().revision(), clockOffset()),
              from);
      case Beat.Sign sign -> {
        Replication.Status status = state.status();
        if (status.leading()) {
          send(
              new Beat.Heard(sign.sentNanos(), receivedNanos, self.clock().nanos(), status.term()),
              from);
          tell(
              members.answered(
                  sender, sign.ping(), new MemberWatch.Heard(sign.revision(), sign.clock())),
              state);
        }
      }
      case Beat.Heard heard -> {
        if (state.status().leader().equals(Optional.of(sender))) {
          learnClock(heard, receivedNanos);
        }
      }
    }
  }

  private void learnClock(Beat.Heard heard, long receivedNanos) {
    synchronized (estimator) {
      var _ =
          estimator.add(
              new ClockSample(
                  heard.sentNanos(), heard.receivedNanos(), heard.answeredNanos(), receivedNanos));
    }
  }

  private void send(Beat beat, InetSocketAddress to) {
    DatagramPort open = port();
    if (open != null) {
      open.send(beat.bytes(), to);
    }
  }

  private synchronized @Nullable DatagramPort port() {
    return port;
  }

  private synchronized @Nullable DatagramPort end() {
    closed = true;
    return port;
  }

  @Override
  public void close() {
    DatagramPort open = end();
    pinging.shutdownNow();
    if (open != null) {
      open.close();
    }
  }
}
