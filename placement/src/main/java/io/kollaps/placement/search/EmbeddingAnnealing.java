package io.kollaps.placement.search;

import io.kollaps.placement.demand.LinkTree;
import java.util.SplittableRandom;

/**
 * Anneals an {@link Embedding}: single endpoints and switches move, endpoints change places, and so
 * do parts of the emulated tree that are together on one vertex. In the last part of its trials the
 * temperature stays, links that remain exceeded become heavier instead, and every other change
 * begins at what crosses one of them.
 */
final class EmbeddingAnnealing {
  /** Trials between two looks at the effort. */
  private static final int LOOK = 256;

  /** Trials between two changes of the links' weights. */
  private static final int WEIGHING = 8192;

  private static final double HEAVIER = 1.1;
  private static final double LIGHTER = 0.97;

  /** Weights change from this part of the trials on. */
  private static final double WEIGHS = 0.28;

  /** The temperature stays from this part of the trials on. */
  private static final double COOLED = 0.35;

  /** The last temperature, as a part of the mean capacity. */
  private static final double COLD = 0.01;

  /** What costs more than so many temperatures is as good as never accepted. */
  private static final double NEVER = 30;

  private static final int MAX_GROUP = 40;
  private static final int SMALL_GROUP = 12;
  private static final int MAX_TRIES = 20;

  /** Trials of 100 that move one endpoint. */
  private static final int ENDPOINT_MOVES = 35;

  /** Trials of 100 that move one switch. */
  private static final int SWITCH_MOVES = 25;

  /** Trials of 100 that move a group to where something near to it is; others go anywhere. */
  private static final int GROUP_MOVES = 25;

  /** Half of the trials are about what crosses exceeded links from this part of them on. */
  private static final double FOCUSES = 0.28;

  /** Trials of 100 that are about what crosses exceeded links. */
  private static final int FOCUSED = 50;

  /** Trials between two looks for what crosses exceeded links; a multiple of {@link #LOOK}. */
  private static final int FOCUSING = 1024;

  /** Of 100 trials about what crosses exceeded links, those that move a group. */
  private static final int FOCUSED_GROUPS = 40;

  /** Of 100 trials about what crosses exceeded links, those that move a group to near to it. */
  private static final int FOCUSED_NEAR = 30;

  private final PhysicalTree tree;
  private final int[] slots;
  private final int innerCount;
  private final Dice dice;
  private final Embedding embedding;
  private final double hot;
  private final long whole;
  private final int[] group = new int[MAX_GROUP];
  private final int[] other = new int[MAX_GROUP];
  private final boolean[] inGroup;

  /** Emulated nodes with a link over an exceeded one, as they were at the last look. */
  private final int[] crossing;

  private int crossingCount;
  private int groupSize;
  private int otherSize;
  private long trials;

  /**
   * An annealing.
   *
   * @param slots most endpoints on each node
   * @param places vertex of each emulated node in the beginning
   * @param hot the first temperature, as a part of the mean capacity
   * @param whole number of its trials
   */
  EmbeddingAnnealing(
      LinkTree emulated,
      PhysicalTree tree,
      int[] slots,
      int[] places,
      double hot,
      long whole,
      SplittableRandom random) {
    this.tree = tree;
    this.slots = slots;
    this.innerCount = emulated.innerCount();
    this.dice = new Dice(random.nextLong());
    this.embedding = new Embedding(emulated, tree, places);
    this.hot = hot;
    this.whole = whole;
    this.inGroup = new boolean[embedding.nodeCount()];
    this.crossing = new int[embedding.nodeCount()];
  }

  Embedding embedding() {
    return embedding;
  }

  /**
   * Goes on up to a part of its trials.
   *
   * @return true when no link is exceeded
   */
  boolean run(double part, Effort effort) {
    double mean = tree.meanCapacity();
    while (embedding.exceeded() > 0 && trials < part * whole && effort.trials(LOOK)) {
      double done = (double) trials / whole;
      double temperature = mean * hot * Math.pow(COLD / hot, Math.min(1, done / COOLED));
      if (done > FOCUSES && trials % FOCUSING == 0) {
        crossingCount = embedding.crossing(crossing);
      }
      for (int i = 0; i < LOOK && embedding.exceeded() > 0; i++) {
        step(temperature);
      }
      trials += LOOK;
      if (trials % WEIGHING == 0 && done > WEIGHS) {
        embedding.weigh(HEAVIER, LIGHTER);
      }
    }
    return embedding.exceeded() == 0;
  }

  private void step(double temperature) {
    if (crossingCount > 0 && dice.below(100) < FOCUSED) {
      focusedStep(crossing[dice.below(crossingCount)], temperature);
      return;
    }
    int kind = dice.below(100);
    if (kind < ENDPOINT_MOVES) {
      moveEndpoint(innerCount + dice.below(embedding.nodeCount() - innerCount), temperature);
    } else if (kind < ENDPOINT_MOVES + SWITCH_MOVES) {
      moveSwitch(dice.below(innerCount), temperature);
    } else {
      boolean near = kind < ENDPOINT_MOVES + SWITCH_MOVES + GROUP_MOVES;
      moveGroup(dice.below(embedding.nodeCount()), near, temperature);
    }
  }

  /** A change that begins at a given emulated node. */
  private void focusedStep(int node, double temperature) {
    int kind = dice.below(100);
    if (kind < FOCUSED_GROUPS) {
      moveGroup(node, kind < FOCUSED_NEAR, temperature);
    } else if (embedding.isEndpoint(node)) {
      moveEndpoint(node, temperature);
    } else {
      moveSwitch(node, temperature);
    }
  }

  private boolean accepted(double more, double temperature) {
    return more <= 0
        || (more < NEVER * temperature && dice.fraction() < Math.exp(-more / temperature));
  }

  private void moveEndpoint(int endpoint, double temperature) {
    int target =
        dice.below(4) == 0
            ? dice.below(tree.nodeCount())
            : near(embedding.neighbour(endpoint, 0), 4);
    int home = embedding.place(endpoint);
    target = nodeNear(target);
    if (target < 0 || target == home) {
      return;
    }
    group[0] = endpoint;
    groupSize = 1;
    if (embedding.count(target) < slots[target] && dice.below(3) != 0) {
      change(target, temperature);
    } else if (embedding.count(target) > 0) {
      other[0] = embedding.endpointOn(target, dice.below(embedding.count(target)));
      otherSize = 1;
      exchange(target, temperature);
    }
  }

  private void moveSwitch(int node, double temperature) {
    int near = embedding.neighbours(node);
    if (near == 0) {
      return;
    }
    int kind = dice.below(3);
    int target =
        kind == 0
            ? embedding.place(node)
            : embedding.place(embedding.neighbour(node, dice.below(near)));
    if (kind != 1) {
      target = beside(target);
    }
    if (target != embedding.place(node)) {
      group[0] = node;
      groupSize = 1;
      change(target, temperature);
    }
  }

  private void moveGroup(int start, boolean near, double temperature) {
    int home = embedding.place(start);
    int most = 1 + dice.below(dice.below(4) == 0 ? MAX_GROUP : SMALL_GROUP);
    groupSize = collect(start, home, most, group);
    int groupEndpoints = endpoints(group, groupSize);
    int target = near ? near(group[dice.below(groupSize)], 3) : dice.below(tree.nodeCount());
    if (groupEndpoints > 0) {
      target = nodeNear(target);
    }
    if (target < 0 || target == home) {
      return;
    }
    if (groupEndpoints == 0 || embedding.count(target) + groupEndpoints <= slots[target]) {
      change(target, temperature);
    } else if (embedding.count(target) > 0) {
      int first = embedding.endpointOn(target, dice.below(embedding.count(target)));
      otherSize = collect(first, target, Math.min(MAX_GROUP, 1 + dice.below(2 * most + 3)), other);
      int back = endpoints(other, otherSize);
      if (embedding.count(target) + groupEndpoints - back <= slots[target]
          && embedding.count(home) + back - groupEndpoints <= slots[home]) {
        exchange(target, temperature);
      }
    }
  }

  /** Where an emulated node is that is some links away from another. */
  private int near(int node, int farthest) {
    int at = node;
    for (int steps = 1 + dice.below(farthest); steps > 0; steps--) {
      at = embedding.neighbour(at, dice.below(embedding.neighbours(at)));
    }
    return embedding.place(at);
  }

  /** A node near to a vertex by chance, -1 without luck. */
  private int nodeNear(int vertex) {
    int at = vertex;
    for (int tries = 0; !tree.isNode(at); tries++) {
      if (tries == MAX_TRIES) {
        return -1;
      }
      at = beside(at);
    }
    return at;
  }

  private int beside(int vertex) {
    int[] below = tree.children(vertex);
    int chosen = dice.below(below.length + (vertex == tree.root() ? 0 : 1));
    return chosen == below.length ? tree.parent(vertex) : below[chosen];
  }

  /** Emulated nodes that are together on one vertex. */
  private int collect(int start, int home, int most, int[] into) {
    int size = 0;
    into[size++] = start;
    inGroup[start] = true;
    for (int i = 0; i < size && size < most; i++) {
      int degree = embedding.neighbours(into[i]);
      int turn = degree == 0 ? 0 : dice.below(degree);
      for (int j = 0; j < degree && size < most; j++) {
        int at = j + turn < degree ? j + turn : j + turn - degree;
        int node = embedding.neighbour(into[i], at);
        if (!inGroup[node] && embedding.place(node) == home) {
          inGroup[node] = true;
          into[size++] = node;
        }
      }
    }
    for (int i = 0; i < size; i++) {
      inGroup[into[i]] = false;
    }
    return size;
  }

  private int endpoints(int[] nodes, int size) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += embedding.isEndpoint(nodes[i]) ? 1 : 0;
    }
    return count;
  }

  private void change(int target, double temperature) {
    embedding.begin();
    double more = embedding.look(group, groupSize, target);
    if (accepted(more, temperature)) {
      embedding.move(group, groupSize, target, 0, more);
    }
  }

  private void exchange(int target, double temperature) {
    int home = embedding.place(group[0]);
    embedding.begin();
    double first = embedding.look(other, otherSize, home);
    embedding.move(other, otherSize, home, 0, first);
    int changes = embedding.changes();
    double second = embedding.look(group, groupSize, target);
    if (accepted(first + second, temperature)) {
      embedding.move(group, groupSize, target, changes, second);
    } else {
      embedding.moveBack(other, otherSize, target, changes, first);
    }
  }
}
