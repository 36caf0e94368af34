package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the capacity map of a cluster: tells which probes are needed for a joining node, places it,
 * takes out nodes that leave, and has old entries verified. A state machine for the leader's event
 * loop: not safe for threads.
 *
 * <p>Joins run one after the other, the fastest interface first, because transfers at the same time
 * lower one another's result. With {@link JoinSettings#parallelJoins} above 1 the first probes of
 * several joining nodes run at once, each with a partner of its own: a result that reaches the
 * joining node's interface is exact all the same, the others are repeated alone.
 *
 * <p>Bounds: {@value #MAX_NODES} nodes, {@value #MAX_WAITING} waiting joins and verifications each;
 * what is more fails at once.
 */
public final class CapacityMapper {
  /** Most nodes in a map. */
  public static final int MAX_NODES = 10_000;

  /** Most joins that wait, and most verifications that wait. */
  public static final int MAX_WAITING = 10_000;

  private final JoinSettings settings;
  private ExpectedCapacities expected;
  private final Dendrogram tree;
  private final DirectionBook book;
  private final Departures departures = new Departures();
  private final List<Join> waiting = new ArrayList<>();
  private final Deque<Join> alone = new ArrayDeque<>();
  private final Map<NodeId, Join> running = new LinkedHashMap<>();
  private final Deque<NodePair> unverified = new ArrayDeque<>();
  private final Set<NodeId> away = new HashSet<>();
  private final PassedOver passedOver;
  private @Nullable NodePair verified;
  private int verifyAttempts;
  private boolean together;
  private List<JoinCommand> commands = new ArrayList<>();
  private @Nullable CapacityMap current;
  private long revision;

  /** Starts with an empty map. */
  public CapacityMapper(JoinSettings settings, ExpectedCapacities expected) {
    this(settings, expected, CapacityMap.EMPTY, Map.of());
  }

  /** Takes over a map whose nodes have all been measured with one another where it was needed. */
  public CapacityMapper(JoinSettings settings, ExpectedCapacities expected, CapacityMap map) {
    this(settings, expected, map, Map.of());
  }

  /**
   * Takes over a map, as a new leader does; joins that ran at the old one begin again.
   *
   * @param passedOver what {@link #passedOver} told
   */
  public CapacityMapper(
      JoinSettings settings,
      ExpectedCapacities expected,
      CapacityMap map,
      Map<NodeId, Set<NodeId>> passedOver) {
    this.settings = settings;
    this.expected = expected;
    this.tree = Dendrogram.restored(map);
    this.book = new DirectionBook(tree, settings.relativeNoise());
    map.measurements().forEach((pair, m) -> book.note(pair.first(), pair.second(), m));
    book.restore(map.directions());
    this.passedOver = new PassedOver(tree, passedOver);
  }

  /**
   * Another number whenever {@link #map} or {@link #passedOver} may tell something else than
   * before.
   */
  public long revision() {
    return revision;
  }

  /** The map of now: every node that has joined and not left. */
  public CapacityMap map() {
    CapacityMap known = current;
    if (known == null) {
      Dendrogram.Saved saved = tree.saved();
      known = new CapacityMap(saved.nodes(), saved.levels(), book.measurements(), book.inferred());
      current = known;
    }
    return known;
  }

  /**
   * For nodes that did not answer, who joined meanwhile and might be nearer to them than the map
   * says.
   */
  public Map<NodeId, Set<NodeId>> passedOver() {
    return passedOver.copy();
  }

  /** From the next join on, an administrator's description says this. */
  public void describe(ExpectedCapacities described) {
    expected = described;
  }

  /** True while a join or verification runs or waits. */
  public boolean busy() {
    return verified != null || !running.isEmpty() || !waiting.isEmpty() || !alone.isEmpty();
  }

  /** Takes an event and tells what to do. Events about what is not running are ignored. */
  public List<JoinCommand> handle(JoinEvent event) {
    commands = new ArrayList<>();
    switch (event) {
      case JoinEvent.JoinBegins(NodeProfile node, Hints hints, long at) -> begin(node, hints, at);
      case JoinEvent.ProbeDone(NodeId from, NodeId to, Measurement measured) ->
          probed(from, to, measured);
      case JoinEvent.ProbeFailed(NodeId from, NodeId to, String reason) -> failed(from, to, reason);
      case JoinEvent.JoinAborted(NodeId node) -> abort(node);
      case JoinEvent.NodeLeft(NodeId node, long _) -> left(node);
      case JoinEvent.NodeLost(NodeId node) -> lost(node);
      case JoinEvent.NodeBack(NodeId node, long at) -> back(node, at);
      case JoinEvent.Idle(long at) -> {
        if (!busy()) {
          askPassedOver(at);
        }
        if (!busy()) {
          Verification.next(tree, at - settings.verifyAfterNanos(), away)
              .ifPresent(unverified::add);
        }
      }
      case JoinEvent.VerifyAsked(NodeId a, NodeId b, long at) -> askVerified(a, b, at);
    }
    advance();
    return commands;
  }

  private void begin(NodeProfile node, Hints hints, long atNanos) {
    if (running.containsKey(node.id()) || waits(node.id())) {
      return;
    }
    if (tree.has(node.id())) {
      if (fresh(node, atNanos)) {
        commands.add(new JoinCommand.Joined(node.id(), 0));
        return;
      }
      left(node.id());
    }
    if (tree.size() + running.size() >= MAX_NODES || waiting.size() >= MAX_WAITING) {
      commands.add(
          new JoinCommand.JoinFailed(
              node.id(),
              "the cluster has "
                  + tree.size()
                  + " nodes and "
                  + waiting.size()
                  + " waiting joins; it takes no more: try again later"));
      return;
    }
    Join join = new Join(node, hints, atNanos);
    departures
        .recall(node, atNanos - settings.freshNanos())
        .ifPresent(
            known -> {
              join.recall(known.row());
              known.measured().forEach(join.measured()::put);
            });
    waiting.add(join);
  }

  /** True for a node in the map that need not be measured again. */
  private boolean fresh(NodeProfile node, long atNanos) {
    Vertex known = tree.leaf(node.id());
    return known.sampledAtNanos() >= atNanos - settings.freshNanos()
        && known.node().nicBitsPerSecond().equals(node.nicBitsPerSecond());
  }

  private void changed() {
    current = null;
    revision++;
  }

  private boolean waits(NodeId node) {
    return waiting.stream().anyMatch(join -> join.node().id().equals(node))
        || alone.stream().anyMatch(join -> join.node().id().equals(node));
  }

  private void probed(NodeId from, NodeId to, Measurement measured) {
    if (NodePair.of(from, to).equals(verified)) {
      verifiedBy(from, to, measured);
      return;
    }
    Join join = running.get(from);
    if (join == null || !join.waitsFor(to)) {
      return;
    }
    if (together && !join.search().saturates(measured)) {
      join.discard();
      running.remove(from);
      alone.add(join);
      return;
    }
    join.note(to, measured);
    if (join.expected().isPresent() && placedAsExpected(join, to, measured)) {
      return;
    }
    if (join.expected().isPresent() || together) {
      start(join, ExpectedCapacities.NONE); // the tree may have grown since this probe was asked
      return;
    }
    join.search().answer(measured);
    ask(join, join.next());
  }

  private boolean placedAsExpected(Join join, NodeId with, Measurement measured) {
    double told = join.expected().orElseThrow();
    double found = measured.both(settings.relativeNoise());
    NodePair pair = NodePair.of(join.node().id(), with);
    if (!Span.of(found, settings.relativeNoise()).overlaps(Span.exact(told))) {
      commands.add(new JoinCommand.TopologyContradicted(pair, Math.round(told), Math.round(found)));
      return false;
    }
    Sample sample =
        new Sample(
            pair,
            told,
            Span.exact(told),
            measured.asymmetric(settings.relativeNoise()),
            measured.atNanos());
    tree.insert(join.node(), with, sample, settings.tolerance());
    joined(join);
    return true;
  }

  private void ask(Join join, Optional<NodeId> partner) {
    if (partner.isPresent()) {
      running.put(join.node().id(), join);
      commands.add(new JoinCommand.Probe(join.node().id(), partner.get()));
    } else if (join.search().found()) {
      join.search().place(join.beganAtNanos());
      NodeId node = join.node().id();
      join.search().passedOver().forEach(other -> passedOver.note(other, node));
      passedOver.inherit(node);
      joined(join);
    } else {
      running.remove(join.node().id());
      commands.add(
          new JoinCommand.JoinFailed(
              join.node().id(),
              "no member that it could be measured with answers; join again when one does"));
    }
  }

  private void joined(Join join) {
    NodeId node = join.node().id();
    running.remove(node);
    join.measured()
        .forEach(
            (other, measured) -> {
              if (tree.has(other)) {
                note(node, other, measured);
              }
            });
    book.infer(node);
    changed();
    commands.add(new JoinCommand.Joined(node, join.probes()));
  }

  private void note(NodeId from, NodeId to, Measurement measured) {
    double goodput = settings.goodputFactor();
    double limit =
        Math.min(
            tree.leaf(from).node().capBitsPerSecond(goodput),
            tree.leaf(to).node().capBitsPerSecond(goodput));
    book.note(from, to, measured.atMost(limit));
  }

  private void start(Join join, ExpectedCapacities capacities) {
    Set<NodeId> busy = new HashSet<>();
    running.values().forEach(other -> other.partner().ifPresent(busy::add));
    ask(join, join.start(tree, settings, capacities, busy, away));
  }

  private void failed(NodeId from, NodeId to, String reason) {
    if (NodePair.of(from, to).equals(verified)) {
      verifyAttempts++;
      if (verifyAttempts < settings.probeAttempts()) {
        commands.add(new JoinCommand.Probe(from, to));
      } else {
        commands.add(new JoinCommand.VerificationFailed(NodePair.of(from, to), reason));
        verified = null;
      }
      return;
    }
    Join join = running.get(from);
    if (join == null || !join.waitsFor(to)) {
      return;
    }
    if (join.mayTryAgain(settings.probeAttempts())) {
      commands.add(new JoinCommand.Probe(from, to));
    } else {
      running.remove(from);
      commands.add(
          new JoinCommand.JoinFailed(
              from,
              "the probe with "
                  + to
                  + " failed "
                  + settings.probeAttempts()
                  + " times, at last: "
                  + reason
                  + "; see that both nodes reach one another and join again"));
    }
  }

  private void abort(NodeId node) {
    waiting.removeIf(join -> join.node().id().equals(node));
    alone.removeIf(join -> join.node().id().equals(node));
    Join join = running.remove(node);
    if (join != null) {
      join.partner().ifPresent(to -> commands.add(new JoinCommand.CancelProbe(node, to)));
    }
  }

  private void lost(NodeId node) {
    away.add(node);
    endVerification(node, "node " + node + " does not answer");
    Join own = running.get(node);
    if (own != null || waits(node)) {
      abort(node); // a member that is measured again
      commands.add(new JoinCommand.JoinFailed(node, "node " + node + " does not answer"));
    }
    List.copyOf(running.values()).stream()
        .filter(join -> join.waitsFor(node))
        .forEach(this::restart);
  }

  private void back(NodeId node, long atNanos) {
    away.remove(node);
    askPassedOver(atNanos);
  }

  /**
   * Asks for what could not be probed while one of both was away. It stays noted until a probe has
   * ended, so that neither another loss nor another leader forgets it.
   */
  private void askPassedOver(long atNanos) {
    for (NodePair pair : passedOver.all()) {
      NodeId node = pair.first();
      NodeId other = pair.second();
      if (!passedOver.has(node, other)) {
        continue; // it went with one before
      }
      if (!tree.has(node) || !tree.has(other)) {
        measured(node, other);
      } else if (!away.contains(node) && !away.contains(other)) {
        if (book.measurements().containsKey(NodePair.of(node, other))) {
          measured(node, other);
        } else {
          askVerified(node, other, atNanos);
        }
      }
    }
  }

  /** Nobody passed over the other one any more. */
  private void measured(NodeId a, NodeId b) {
    revision++;
    passedOver.forget(a, b);
  }

  private void endVerification(NodeId node, String why) {
    unverified.removeIf(pair -> pair.has(node));
    if (verified != null && verified.has(node)) {
      commands.add(new JoinCommand.CancelProbe(verified.first(), verified.second()));
      commands.add(new JoinCommand.VerificationFailed(verified, why));
      verified = null;
    }
  }

  private void left(NodeId node) {
    abort(node);
    away.remove(node);
    endVerification(node, "node " + node + " has left");
    if (tree.has(node)) {
      departures.note(tree, node, book.measuredWith(node), passedOver.isEmpty());
      drop(node);
      List.copyOf(running.values()).forEach(this::restart);
    }
  }

  private void drop(NodeId node) {
    passedOver.drop(node);
    tree.remove(node);
    book.remove(node);
    changed();
  }

  /** The tree changed below a running search: it starts again with what it has measured. */
  private void restart(Join join) {
    Optional<NodeId> before = join.partner();
    NodeId node = join.node().id();
    running.remove(node);
    int sent = commands.size();
    start(join, together ? ExpectedCapacities.NONE : expected);
    if (before.isPresent() && before.equals(join.partner())) {
      commands.subList(sent, commands.size()).clear(); // that probe runs already
    } else {
      before.ifPresent(to -> commands.add(sent, new JoinCommand.CancelProbe(node, to)));
    }
  }

  private void askVerified(NodeId a, NodeId b, long atNanos) {
    NodePair pair = NodePair.of(a, b);
    if (!tree.has(a) || !tree.has(b)) {
      commands.add(new JoinCommand.VerificationFailed(pair, "a node of it is not in the map"));
      return;
    }
    if (away.contains(a) || away.contains(b)) {
      commands.add(new JoinCommand.VerificationFailed(pair, "a node of it does not answer"));
      return;
    }
    Measurement known = book.measurements().get(pair);
    if (known != null && atNanos - known.atNanos() <= settings.freshNanos()) {
      commands.add(new JoinCommand.Verified(pair, true, List.of()));
    } else if (unverified.size() >= MAX_WAITING) {
      commands.add(
          new JoinCommand.VerificationFailed(pair, MAX_WAITING + " others wait: ask again later"));
    } else if (!unverified.contains(pair) && !pair.equals(verified)) {
      unverified.add(pair);
    }
  }

  private void verifiedBy(NodeId from, NodeId to, Measurement measured) {
    NodePair pair = NodePair.of(from, to);
    verified = null;
    boolean uncertain = passedOver.has(from, to);
    measured(from, to);
    Vertex level = tree.between(from, to);
    double value = measured.both(settings.relativeNoise());
    Span span = Span.of(value, settings.relativeNoise());
    boolean held = span.overlaps(level.span());
    List<NodeId> again = List.of();
    if (held) {
      passedOver.forgetImplied(from, to);
      boolean differs = measured.asymmetric(settings.relativeNoise());
      level.add(new Sample(pair, value, span, differs, measured.atNanos()));
      note(from, to, measured);
      changed();
    } else if (level.span().below(span)) {
      again = nearerThanKnown(from, to, measured, uncertain);
    } else {
      // nobody can tell which of two nodes stands elsewhere now; and traffic may have lowered this
      again = List.of(from, to);
      again.forEach(node -> remeasure(node, measured.atNanos(), Map.of()));
    }
    commands.add(new JoinCommand.Verified(pair, held, again));
  }

  /**
   * Two nodes are nearer to one another than the map says. What was found places the second one
   * beside the first: each by itself might find its old neighbours again, for ever, where two
   * groups were measured apart from one another that belong together. When that is why the map was
   * wrong, all else that it says of them is right, and only the one with fewer neighbours moves:
   * step by step the smaller group then moves to the larger one.
   *
   * @param uncertain whether one was passed over when the other joined
   * @return who is measured again
   */
  private List<NodeId> nearerThanKnown(
      NodeId from, NodeId to, Measurement measured, boolean uncertain) {
    Vertex level = tree.between(from, to);
    boolean fromStays = leavesBelow(level, from) >= leavesBelow(level, to);
    NodeId stays = fromStays ? from : to;
    NodeId moves = fromStays ? to : from;
    if (!uncertain) {
      remeasure(stays, measured.atNanos(), Map.of());
    }
    remeasure(moves, measured.atNanos(), Map.of(stays, fromStays ? measured.reversed() : measured));
    return uncertain ? List.of(moves) : List.of(stays, moves);
  }

  /** How many nodes hang in a node's branch of a level. */
  private long leavesBelow(Vertex level, NodeId node) {
    Vertex branch = tree.leaf(node);
    for (Vertex above = branch.parent(); above != null && above != level; above = above.parent()) {
      branch = above;
    }
    return Dendrogram.below(branch).stream().filter(Vertex::isLeaf).count();
  }

  private void remeasure(NodeId node, long atNanos, Map<NodeId, Measurement> known) {
    Join join = new Join(tree.leaf(node).node(), Hints.NONE, atNanos);
    join.measured().putAll(known);
    alone.add(join);
    drop(node);
    unverified.removeIf(pair -> pair.has(node));
  }

  private void advance() {
    while (running.isEmpty() && verified == null) {
      if (!alone.isEmpty()) {
        together = false;
        start(alone.removeFirst(), expected);
      } else if (!waiting.isEmpty()) {
        startWaiting();
      } else if (!unverified.isEmpty()) {
        NodePair pair = unverified.removeFirst();
        verified = pair;
        verifyAttempts = 0;
        commands.add(new JoinCommand.Probe(pair.first(), pair.second()));
      } else {
        return;
      }
    }
  }

  private void startWaiting() {
    waiting.sort(Comparator.comparingLong(CapacityMapper::speed).reversed());
    int most = Math.min(settings.parallelJoins(), tree.size());
    together = most > 1;
    if (!together) {
      start(waiting.removeFirst(), expected);
      return;
    }
    List<Join> slot = waiting.stream().filter(join -> speed(join) > 0).limit(most).toList();
    if (slot.isEmpty()) {
      together = false;
      start(waiting.removeFirst(), expected);
      return;
    }
    waiting.removeAll(slot);
    slot.forEach(join -> start(join, ExpectedCapacities.NONE));
  }

  /** Speed of a joining node's interface, 0 where unknown. */
  private static long speed(Join join) {
    return join.node().nicBitsPerSecond().orElse(0);
  }
}
