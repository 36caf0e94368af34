package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.PartState.Agreed;
import io.kollaps.node.control.PartState.Agreeing;
import io.kollaps.node.control.PartState.Ended;
import io.kollaps.node.control.PartState.Ending;
import io.kollaps.node.control.PartState.Linking;
import io.kollaps.node.control.PartState.Prepared;
import io.kollaps.node.control.PartState.Ready;
import io.kollaps.node.control.PartState.Running;
import io.kollaps.node.control.RunNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the leader knows of the parts of one attempt of a run. */
final class Parts {
  private final List<Entry> entries = new ArrayList<>();

  Parts(List<RunNode> nodes) {
    nodes.forEach(node -> entries.add(new Entry(node)));
  }

  /** One part. */
  static final class Entry {
    private final RunNode node;
    private @Nullable PartState state;
    private boolean told;
    private boolean absent;
    private @Nullable String gone;
    private boolean deploySent;
    private long endSequence;
    private @Nullable Class<?> lastOrder;
    private long lastOrderNanos;

    private Entry(RunNode node) {
      this.node = node;
    }

    RunNode node() {
      return node;
    }

    Optional<PartState> state() {
      return Optional.ofNullable(state);
    }

    /** Whether the node is lost, or has lost the part. */
    boolean gone() {
      return gone != null;
    }

    /** Nothing of it is left, as far as the leader can know. */
    boolean down() {
      return gone() || state instanceof Ended || (state == null && told && (absent || !deploySent));
    }

    /** Whether an order of a kind is due now, for the first time or again. */
    boolean due(Class<?> order, long nowNanos, long repeatNanos) {
      return !order.equals(lastOrder) || nowNanos - lastOrderNanos >= repeatNanos;
    }

    void ordered(Class<?> order, long nowNanos, long sequence) {
      lastOrder = order;
      lastOrderNanos = nowNanos;
      if (order.equals(io.kollaps.node.control.Order.Deploy.class)) {
        deploySent = true;
      }
      if (order.equals(io.kollaps.node.control.Order.End.class) && endSequence == 0) {
        endSequence = sequence;
      }
    }

    /** The node told in this term what it has, and this part cannot be among it yet. */
    void assumeNothing() {
      told = true;
    }

    /** The node or its part is gone. */
    void lose(String why) {
      if (gone == null) {
        gone = why;
      }
    }

    /** What the node says of it, in a report that is newer than all before. */
    void hear(Optional<PartState> said, long heardSequence) {
      boolean vanished = state != null && !(state instanceof Ended) && said.isEmpty();
      told = true;
      if (vanished) {
        lose("node " + node.name() + " has lost its part");
      }
      if (said.isPresent()) {
        state = said.get();
      }
      absent = said.isEmpty() && endSequence > 0 && heardSequence >= endSequence;
    }

    /** The node's daemon began anew, without parts. */
    void beganAnew(boolean mayDeployAgain) {
      if (state instanceof Ended) {
        return;
      }
      if (state == null && mayDeployAgain) {
        told = false;
        deploySent = false;
        lastOrder = null;
      } else {
        lose("the daemon of node " + node.name() + " began anew");
      }
    }
  }

  List<Entry> entries() {
    return entries;
  }

  Optional<Entry> find(NodeId node) {
    return entries.stream().filter(entry -> entry.node.id().equals(node)).findFirst();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** What each node last said. */
  Map<NodeId, PartState> states() {
    Map<NodeId, PartState> states = new TreeMap<>();
    entries.forEach(entry -> entry.state().ifPresent(state -> states.put(entry.node.id(), state)));
    return states;
  }

  /** What the parts that have ended are worth. */
  Map<NodeId, PartResult> results(int mostReasons) {
    Map<NodeId, PartResult> results = new TreeMap<>();
    for (Entry entry : entries) {
      if (entry.state instanceof Ended ended) {
        results.put(entry.node.id(), ended.result().shortened(mostReasons));
      }
    }
    return results;
  }

  /** Whether every node told what it has. */
  boolean allTold() {
    return entries.stream().allMatch(entry -> entry.told);
  }

  /** Whether nothing is missing that a node could still tell. */
  boolean allToldOrGone() {
    return entries.stream().allMatch(entry -> entry.told || entry.gone());
  }

  boolean allDown() {
    return entries.stream().allMatch(Entry::down);
  }

  boolean allPrepared() {
    return all(state -> beyondPreparing(state));
  }

  boolean allReady() {
    return all(state -> state instanceof Ready || beyondReady(state));
  }

  boolean allRunning() {
    return all(Running.class::isInstance);
  }

  boolean allIdle() {
    return all(state -> state instanceof Running running && running.idle());
  }

  private boolean all(Predicate<PartState> what) {
    return entries.stream()
        .allMatch(entry -> entry.state != null && !entry.gone() && what.test(entry.state));
  }

  private static boolean beyondPreparing(PartState state) {
    return state instanceof Prepared
        || state instanceof Linking
        || state instanceof Ready
        || beyondReady(state);
  }

  private static boolean beyondReady(PartState state) {
    return state instanceof Agreeing || state instanceof Agreed || state instanceof Running;
  }

  /** Addresses at which the parts hear packets, by their index; empty while one is not known. */
  Optional<List<PartAddress>> addresses() {
    List<PartAddress> addresses = new ArrayList<>();
    for (Entry entry : entries) {
      int port =
          switch (entry.state) {
            case Prepared prepared -> prepared.overlayPort();
            case Linking linking -> linking.overlayPort();
            case Ready ready -> ready.overlayPort();
            case null, default -> -1;
          };
      if (port < 0) {
        return Optional.empty();
      }
      addresses.add(new PartAddress(entry.node.host(), port));
    }
    return Optional.of(addresses);
  }

  /** Whether a part knows when it starts: the agreement has come about. */
  boolean anyAgreed() {
    return entries.stream().anyMatch(entry -> start(entry.state).isPresent());
  }

  /** Why the run cannot go on, by what its parts say. */
  Optional<String> failure() {
    for (Entry entry : entries) {
      Optional<String> failure =
          switch (entry.state) {
            case Ending ending when ending.why() == EndKind.ABORTED ->
                Optional.of("node " + entry.node.name() + ": " + ending.reason());
            case Ended ended when ended.why() == EndKind.ABORTED ->
                Optional.of("node " + entry.node.name() + ": " + ended.reason());
            case null, default -> Optional.empty();
          };
      if (failure.isPresent()) {
        return failure;
      }
    }
    TreeSet<String> starts = new TreeSet<>();
    entries.forEach(entry -> start(entry.state).ifPresent(starts::add));
    return starts.size() > 1
        ? Optional.of("the parts disagree on the start: " + String.join(", ", starts))
        : Optional.empty();
  }

  private static Optional<String> start(@Nullable PartState state) {
    return switch (state) {
      case Agreed agreed -> Optional.of(agreed.instantNanos() + " on " + agreed.clock());
      case Running running -> Optional.of(running.instantNanos() + " on " + running.clock());
      case null, default -> Optional.empty();
    };
  }

  /** The text of a part that is ended, or ends, in this way. */
  Optional<String> endedBy(EndKind kind) {
    for (Entry entry : entries) {
      switch (entry.state) {
        case Ending ending when ending.why() == kind -> {
          return Optional.of(ending.reason());
        }
        case Ended ended when ended.why() == kind -> {
          return Optional.of(ended.reason());
        }
        case null, default -> {}
      }
    }
    return Optional.empty();
  }

  /**
   * Why a part is lost. A part that is missing while another is about to start or runs is lost too.
   *
   * @param started whether the attempt is known to have started
   */
  Optional<String> loss(boolean started) {
    for (Entry entry : entries) {
      if (entry.gone != null) {
        return Optional.of(entry.gone);
      }
    }
    boolean further =
        started || entries.stream().anyMatch(e -> e.state != null && beyondReady(e.state));
    for (Entry entry : entries) {
      if (further && entry.told && entry.state == null) {
        return Optional.of("node " + entry.node.name() + " has lost its part");
      }
    }
    return Optional.empty();
  }

  /** Parts whose end nobody has confirmed, for people. */
  List<String> unconfirmed() {
    return entries.stream()
        .filter(entry -> !(entry.state instanceof Ended) && entry.gone != null)
        .map(entry -> String.valueOf(entry.gone))
        .toList();
  }
}
