package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.cleanup.Leftovers;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.run.Part;
import io.kollaps.node.run.PartEnd;
import io.kollaps.node.run.PartFactory;
import io.kollaps.node.run.PartListener;
import io.kollaps.node.run.PartNode;
import io.kollaps.node.run.PartPlan;
import io.kollaps.node.run.PartSummary;
import io.kollaps.node.run.PeerSender;
import io.kollaps.node.run.RunFailedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real parts of this node: makes them off the manager's loop, tells the manager what they do,
 * and carries datagrams between them and the other nodes.
 */
final class PartHost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartHost.class);

  private final ClusterAccess cluster;
  private final PartFactory factory;
  private final StateFolder state;
  private final ResultsStore results;
  private final Map<PartKey, Slot> slots = new ConcurrentHashMap<>();
  private final Map<Address, Slot> byAddress = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile @Nullable Listener listener;

  /** What the manager hears; on any thread. */
  interface Listener {
    void prepared(PartKey key, int overlayPort);

    void ready(PartKey key);

    void started(PartKey key, long latenessNanos);

    void idle(PartKey key, boolean idle);

    void failed(PartKey key, String why);

    void ended(PartKey key, PartResult result);

    void swept();
  }

  /** Where datagrams of usage go. */
  private record Address(long shortName, int attempt) {}

  /**
   * Prepares to host.
   *
   * @param factory makes the parts
   * @param state folder in which what runs own is listed
   */
  PartHost(ClusterAccess cluster, PartFactory factory, StateFolder state, ResultsStore results) {
    this.cluster = cluster;
    this.results = results;
    this.factory = factory;
    this.state = state;
    cluster.receive(RunDatagrams.USAGE, this::usage);
  }

  /** Tells this one from now on; before the first part. */
  void tell(Listener who) {
    listener = who;
  }

  private Listener listener() {
    Listener known = listener;
    if (known == null) {
      throw new IllegalStateException("parts are made before somebody listens");
    }
    return known;
  }

  /** A part and where it is; created on a thread of its own, so that it may be ended before. */
  private final class Slot implements PartListener {
    private final PartKey key;
    private final PartDescription description;
    private @Nullable Part part;
    private @Nullable PartEnd end;
    private boolean over;

    Slot(PartKey key, PartDescription description) {
      this.key = key;
      this.description = description;
    }

    /** Makes the part; on a thread that may wait. */
    void make() {
      try {
        Part made = factory.create(plan(), this, peers());
        if (keep(made)) {
          made.prepare();
        }
      } catch (RunFailedException | RuntimeException e) {
        if (e instanceof RuntimeException) {
          LOG.error("this is a bug: the part of run {} could not be made", key, e);
        }
        String why = "node " + name() + ": " + e.getMessage();
        listener().failed(key, why);
        forget();
        listener().ended(key, new PartResult(Verdict.Grade.INVALID, List.of(why)));
      }
    }

    /** Keeps a part that was made; false when it was ended meanwhile. */
    private synchronized boolean keep(Part made) {
      part = made;
      if (end != null) {
        made.end(end);
        return false;
      }
      return true;
    }

    synchronized Optional<Part> part() {
      return over ? Optional.empty() : Optional.ofNullable(part);
    }

    synchronized void end(PartEnd why) {
      if (end == null) {
        end = why;
        if (part != null) {
          part.end(why);
        }
      }
    }

    private synchronized void forget() {
      over = true;
      slots.remove(key, this);
      byAddress.remove(address(key), this);
    }

    private String name() {
      return description.nodes().get(description.self()).name();
    }

    private PartPlan plan() {
      List<PartNode> nodes = new ArrayList<>();
      description
          .nodes()
          .forEach(node -> nodes.add(new PartNode(node.id(), node.name(), node.host())));
      return new PartPlan(
          partRun(key),
          description.seed(),
          description.fileName(),
          description.file(),
          description.fabric(),
          description.vni(),
          description.endpointMtu(),
          nodes,
          description.homes().stream().mapToInt(Integer::intValue).toArray(),
          description.self());
    }

    private PeerSender peers() {
      return (toNode, payload) ->
          cluster.send(description.nodes().get(toNode).id(), RunDatagrams.usage(key, payload));
    }

    void heard(NodeId sender, ByteBuffer payload) {
      Optional<Part> known = part();
      for (int i = 0; known.isPresent() && i < description.nodes().size(); i++) {
        if (description.nodes().get(i).id().equals(sender)) {
          known.get().peerDatagram(i, payload);
        }
      }
    }

    @Override
    public void prepared(int overlayPort) {
      listener().prepared(key, overlayPort);
    }

    @Override
    public void ready() {
      listener().ready(key);
    }

    @Override
    public void started(long latenessNanos) {
      listener().started(key, latenessNanos);
    }

    @Override
    public void idle(boolean idle) {
      listener().idle(key, idle);
    }

    @Override
    public void event(EventRecord event) {
      LOG.debug("run {}: {} {} {}", key, event.kind(), event.subject(), event.detail());
    }

    @Override
    public void failed(String why) {
      listener().failed(key, "node " + name() + ": " + why);
    }

    @Override
    public void ended(PartSummary summary) {
      forget();
      threads.execute(() -> results.prune(live().keySet()));
      listener()
          .ended(
              key,
              new PartResult(
                  summary.verdict().grade(),
                  summary.verdict().reasons().stream().map(Verdict.Reason::message).toList()));
    }
  }

  /**
   * A later attempt's part has another name on this machine: the earlier one may still be going.
   */
  static RunId partRun(PartKey key) {
    return key.attempt() == 1 ? key.run() : new RunId(key.run().value() + "-" + key.attempt());
  }

  private static Address address(PartKey key) {
    return new Address(RunDatagrams.shortName(key), key.attempt());
  }

  private void usage(NodeId sender, ByteBuffer payload) {
    if (payload.remaining() < RunDatagrams.USAGE_HEAD_BYTES - 1) {
      return;
    }
    Slot slot = byAddress.get(new Address(payload.getLong(), payload.getInt()));
    if (slot != null) {
      slot.heard(sender, payload.slice());
    }
  }

  /** Makes a part and prepares it. */
  void create(PartKey key, PartDescription description) {
    Slot slot = new Slot(key, description);
    slots.put(key, slot);
    byAddress.put(address(key), slot);
    threads.execute(slot::make);
  }

  /** Tells a part where the others are. */
  void link(PartKey key, List<PartAddress> overlays) {
    List<InetSocketAddress> addresses =
        overlays.stream()
            .map(overlay -> new InetSocketAddress(overlay.host(), overlay.port()))
            .toList();
    part(key).ifPresent(part -> part.link(addresses));
  }

  /** Starts a part at an instant of {@link System#nanoTime}, which may be off by a bound. */
  void start(PartKey key, long nanoTime, long boundNanos) {
    part(key)
        .ifPresent(
            part -> {
              part.clockBound(boundNanos);
              part.startAt(nanoTime);
            });
  }

  /** Ends a part, however far it is. */
  void end(PartKey key, EndKind why, String reason) {
    Slot slot = slots.get(key);
    if (slot != null) {
      slot.end(
          new PartEnd(
              switch (why) {
                case FINISHED -> PartEnd.Kind.FINISHED;
                case STOPPED -> PartEnd.Kind.STOPPED;
                case ABORTED, REPLACED -> PartEnd.Kind.ABORTED;
              },
              reason));
    }
  }

  /** A part does not end: closes it, and sweeps. */
  void abandon(PartKey key) {
    Slot slot = slots.remove(key);
    threads.execute(
        () -> {
          if (slot != null) {
            slot.part().ifPresent(Part::close);
            slot.forget();
          }
          sweepNow();
        });
  }

  /** A node of other parts is gone. */
  void peerGone(NodeId node) {
    for (Slot slot : slots.values()) {
      for (int i = 0; i < slot.description.nodes().size(); i++) {
        if (slot.description.nodes().get(i).id().equals(node)) {
          int number = i;
          slot.part().ifPresent(part -> part.peerGone(number));
        }
      }
    }
  }

  /** A part that has not ended. */
  Optional<Part> part(PartKey key) {
    Slot slot = slots.get(key);
    return slot == null ? Optional.empty() : slot.part();
  }

  /** The parts that have not ended. */
  Map<PartKey, Part> live() {
    Map<PartKey, Part> live = new java.util.TreeMap<>();
    slots.forEach((key, slot) -> slot.part().ifPresent(part -> live.put(key, part)));
    return live;
  }

  /** Names of a live part's endpoints that run at home. */
  Optional<PartDescription> description(PartKey key) {
    Slot slot = slots.get(key);
    return slot == null ? Optional.empty() : Optional.of(slot.description);
  }

  /** Removes what earlier daemons left, off the loop, and tells. */
  void sweep() {
    threads.execute(
        () -> {
          sweepNow();
          listener().swept();
        });
  }

  private void sweepNow() {
    try {
      if (!Leftovers.anyRun(state)) {
        return;
      }
      Leftovers.Report report = Leftovers.remove(state);
      report.sweep().swept().forEach(run -> LOG.info("cleaned up after run {}", run.run()));
      if (!report.clean()) {
        LOG.warn("something of dead runs is left; 'kollaps gc' says what");
      }
    } catch (IOException e) {
      LOG.error("what earlier runs left could not be removed: {}", e.getMessage());
    }
  }

  /** Ends all parts and waits for them, with the parts' own bound. */
  @Override
  public void close() {
    List<Thread> closing = new ArrayList<>();
    for (Slot slot : slots.values()) {
      slot.end(new PartEnd(PartEnd.Kind.ABORTED, "the node's daemon is stopping"));
      slot.part().ifPresent(part -> closing.add(Thread.ofVirtual().start(part::close)));
    }
    for (Thread each : closing) {
      try {
        each.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    threads.shutdownNow();
  }
}
