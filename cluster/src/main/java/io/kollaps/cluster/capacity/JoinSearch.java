package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where one node hangs in the dendrogram.
 *
 * <p>The row of a joining node x is fixed by its nearest node y and their capacity h: the capacity
 * to any other z is min(h, capacity(y, z)). A probe with z that shows no level of z's chain ends
 * the search. One that shows the level of A says that x hangs at A or below another child of A; so
 * only those subtrees remain. Comparisons allow for noise: what may be equal is explored.
 */
final class JoinSearch {
  private final Dendrogram tree;
  private final NodeProfile node;
  private final JoinSettings settings;
  private final double cap;
  private final PartnerChoice choice;
  private final Map<NodeId, Measurement> known;
  private final List<Vertex> frontier = new ArrayList<>();
  private final List<Evidence> evidence = new ArrayList<>();
  private final Set<NodeId> away;
  private final Set<NodeId> passedOver = new LinkedHashSet<>();
  private @Nullable Vertex subtree;
  private @Nullable Vertex asked;
  private @Nullable Sample best;
  private @Nullable NodeId witness;

  /** A sample of a level that was there before; the tree gets it only when the node is placed. */
  private record Evidence(Vertex level, Sample sample) {}

  /**
   * Starts at the top of the tree.
   *
   * @param known what was measured with this node already; asked first, and without a probe
   * @param away members that cannot be probed now; a live view
   */
  JoinSearch(
      Dendrogram tree,
      NodeProfile node,
      Hints hints,
      Map<NodeId, Measurement> known,
      Set<NodeId> away,
      JoinSettings settings) {
    this.away = away;
    this.tree = tree;
    this.node = node;
    this.settings = settings;
    this.known = new HashMap<>(known);
    this.cap = node.capBitsPerSecond(settings.goodputFactor());
    boolean small = tree.size() < settings.fastestFirstUpTo() && hints.factors().isEmpty();
    this.choice = new PartnerChoice(tree.topDown(), this::undivided, hints, settings, small);
    tree.root().ifPresent(frontier::add);
  }

  NodeProfile node() {
    return node;
  }

  /** True where x cannot tell what is below apart: its own interface is the limit there. */
  private boolean undivided(Vertex vertex) {
    return vertex.isLeaf() || vertex.bitsPerSecond() >= cap;
  }

  /**
   * The node to probe next; empty when the place is known. What is known already is not asked.
   *
   * @param busy nodes that must not be probed now; when only they would do, one of them is given
   */
  Optional<NodeId> next(Set<NodeId> busy) {
    if (asked != null) {
      throw new IllegalStateException("the last probe has not been answered");
    }
    while (!frontier.isEmpty()) {
      Vertex candidate = choice.subtree(frontier);
      frontier.remove(candidate);
      if (choice.limited(candidate)) {
        continue;
      }
      subtree = candidate;
      Optional<Vertex> answered =
          known.isEmpty() ? Optional.empty() : leaf(candidate, known.keySet(), true);
      Measurement answer = answered.map(leaf -> known.get(leaf.id())).orElse(null);
      if (answered.isPresent() && answer != null) {
        asked = answered.get();
        answer(answer);
      } else {
        Optional<Vertex> partner = partner(candidate, busy);
        if (partner.isPresent()) {
          asked = partner.get();
          return Optional.of(asked.id());
        }
        Dendrogram.below(candidate).stream()
            .filter(Vertex::isLeaf)
            .forEach(leaf -> passedOver.add(leaf.id()));
      }
    }
    return Optional.empty();
  }

  /** Empty when no node of the subtree can be probed. */
  private Optional<Vertex> partner(Vertex candidate, Set<NodeId> busy) {
    Vertex chosen = choice.within(candidate);
    Set<NodeId> unwanted = new HashSet<>(busy);
    unwanted.addAll(away);
    return leaf(chosen, unwanted, false)
        .or(() -> leaf(candidate, unwanted, false))
        .or(() -> leaf(chosen, away, false))
        .or(() -> leaf(candidate, away, false));
  }

  /** Nodes whose subtrees may be nearer than the place that was found, but could not be probed. */
  Set<NodeId> passedOver() {
    return Set.copyOf(passedOver);
  }

  /** False when there are nodes and none of them could be probed. */
  boolean found() {
    return tree.size() == 0 || witness != null;
  }

  /** The first leaf below a vertex that is, or is not, among some nodes. */
  private static Optional<Vertex> leaf(Vertex top, Set<NodeId> nodes, boolean among) {
    return Dendrogram.below(top).stream()
        .filter(Vertex::isLeaf)
        .filter(leaf -> nodes.contains(leaf.id()) == among)
        .findFirst();
  }

  /**
   * Takes the answer to the last probe.
   *
   * @param measured from the joining node to the one that was asked
   */
  void answer(Measurement measured) {
    Vertex in = subtree;
    Vertex with = asked;
    if (in == null || with == null) {
      throw new IllegalStateException("no probe was asked for");
    }
    asked = null;
    known.put(with.id(), measured);
    double value = measured.both(settings.relativeNoise());
    Sample sample = sample(with, measured, value);
    Vertex above = in.parent();
    if (above != null && !above.span().below(sample.span())) {
      exploreBeside(with, in, sample.span());
      if (above.span().overlaps(sample.span())) {
        evidence.add(new Evidence(above, sample));
      }
      return;
    }
    frontier.clear();
    witness = with.id();
    best = sample;
    if (!saturates(measured)) {
      exploreBeside(with, in, sample.span());
    }
  }

  /** What reaches the slower of the two interfaces is taken as its speed: nothing passes it. */
  private Sample sample(Vertex with, Measurement measured, double value) {
    double limit = Math.min(cap, with.node().capBitsPerSecond(settings.goodputFactor()));
    boolean reached = value >= limit * (1 - settings.relativeNoise());
    return new Sample(
        NodePair.of(node.id(), with.id()),
        reached ? limit : value,
        reached ? Span.exact(limit) : Span.of(value, settings.relativeNoise()),
        measured.asymmetric(settings.relativeNoise()),
        measured.atNanos());
  }

  /** True when the joining node's own interface is the limit, so that nothing can be higher. */
  boolean saturates(Measurement measured) {
    return measured.both(settings.relativeNoise()) >= cap * (1 - settings.relativeNoise());
  }

  /** Adds the subtrees beside a leaf's branch wherever the level may be the one measured. */
  private void exploreBeside(Vertex leaf, Vertex top, Span span) {
    Vertex branch = leaf;
    while (branch != top) {
      Vertex level = branch.parent();
      if (level == null) {
        throw new IllegalStateException("the tree changed below a running search");
      }
      if (!undivided(level) && level.span().overlaps(span)) {
        for (Vertex child : level.children()) {
          if (child != branch) {
            frontier.add(child);
          }
        }
      }
      branch = level;
    }
  }

  /** Everything measured with this node. */
  Map<NodeId, Measurement> known() {
    return Map.copyOf(known);
  }

  /** Puts the node into the tree; the time matters for the first one only. */
  void place(long atNanos) {
    evidence.forEach(found -> found.level().add(found.sample()));
    if (witness == null || best == null) {
      if (tree.size() > 0) {
        throw new IllegalStateException("the search for a place has not ended");
      }
      tree.first(node, atNanos);
    } else {
      tree.insert(node, witness, best, settings.tolerance());
    }
  }
}
