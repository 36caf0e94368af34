package io.kollaps.placement.search;

import io.kollaps.placement.demand.LinkTree;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Looks for an {@link Embedding} that exceeds no link: short annealings from several beginnings,
 * then again and again from the best of them, in which what is below or around an exceeded link is
 * divided anew; after too many failures from new beginnings.
 */
final class EmbeddingSearch {
  private static final double HOT_FOR_LINES = 0.05;
  private static final double HOT_FOR_SPLITS = 0.03;
  private static final double HOT_FOR_REPAIR = 0.02;

  /** Trials of an annealing from a new beginning, for each emulated node. */
  private static final long TRIALS_OF_BEGINNING = 60;

  /** Trials of an annealing of what was divided anew, for each emulated node. */
  private static final long TRIALS_OF_REPAIR = 150;

  private static final long LEAST_TRIALS = 5_000;

  /** Beginnings of which the best is repaired. */
  private static final int BEGINNINGS = 8;

  /** One of so many beginnings is a divided line: that helps where there are few endpoints. */
  private static final int LINES_EVERY = 4;

  /** Repairs that fail one after the other before there are new beginnings. */
  private static final int PATIENCE = 10;

  /** Divisions of which the best is annealed. */
  private static final int DIVISIONS = 3;

  /** What is divided anew begins at most so many levels above an exceeded limit. */
  private static final int LEVELS_UP = 4;

  /** After this part of an annealing, it ends when it is so many times worse than the best. */
  private static final double HALF = 0.5;

  private static final double HOPELESS = 2;

  private final SearchCase searchCase;
  private final Hierarchy hierarchy;
  private final PhysicalTree tree;
  private final LinkTree emulated;
  private final int quota;
  private final int[] slots;
  private final SplittableRandom random;
  private final Effort effort;

  /** Vertex of each emulated node in the best embedding since the last beginnings. */
  private int[] places = new int[0];

  private double excess = Double.MAX_VALUE;
  private int[] best = new int[0];
  private double bestExcess = Double.MAX_VALUE;
  private int failures;

  EmbeddingSearch(
      SearchCase searchCase,
      Hierarchy hierarchy,
      LinkTree emulated,
      int quota,
      Effort effort,
      SplittableRandom random) {
    this.searchCase = searchCase;
    this.hierarchy = hierarchy;
    this.emulated = emulated;
    this.quota = quota;
    this.effort = effort;
    this.random = random;
    this.tree = new PhysicalTree(hierarchy, searchCase.nodeCount());
    this.slots = Arrays.stream(searchCase.freeSlots()).map(free -> Math.min(free, quota)).toArray();
  }

  /**
   * Searches until no link is exceeded or the effort is spent.
   *
   * @return node of each endpoint in the best embedding; empty when there was no effort for any
   */
  Optional<int[]> run() {
    while (bestExcess > 0 && !effort.spent()) {
      excess = Double.MAX_VALUE;
      for (int i = 0; i < BEGINNINGS && bestExcess > 0 && !effort.spent(); i++) {
        begin(i % LINES_EVERY == 1);
      }
      failures = 0;
      while (failures < PATIENCE && bestExcess > 0 && !effort.spent()) {
        repair();
      }
    }
    return best.length == 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(best, emulated.innerCount(), best.length));
  }

  /**
   * From a division along the physical tree.
   *
   * @param line from a divided line instead, as where there is no division
   */
  private void begin(boolean line) {
    int[] unknown = new int[emulated.innerCount()];
    Arrays.fill(unknown, EmbeddingStart.UNKNOWN);
    Optional<int[]> divided =
        line
            ? Optional.empty()
            : bestDivision(() -> RecursiveSplit.find(searchCase, hierarchy, quota, random.split()));
    int[] start =
        divided
            .map(nodes -> EmbeddingStart.around(emulated, tree, nodes, unknown))
            .orElseGet(() -> EmbeddingStart.lines(emulated, tree, slots, random));
    anneal(start, divided.isPresent() ? HOT_FOR_SPLITS : HOT_FOR_LINES, TRIALS_OF_BEGINNING);
  }

  private void repair() {
    failures++;
    int[] nodes = Arrays.copyOfRange(places, emulated.innerCount(), places.length);
    LimitMeter meter = new Assignment(searchCase, nodes).meter();
    if (meter.exceededCount() == 0) {
      // Switches are not where they should be, and endpoints are.
      remember(places, 0);
      return;
    }
    int vertex = hierarchy.vertexOf(meter.exceeded(random.nextInt(meter.exceededCount())));
    for (int up = 1 + random.nextInt(LEVELS_UP); up > 0; up--) {
      vertex = hierarchy.parent(vertex);
    }
    int around = vertex;
    bestDivision(
            () -> RecursiveSplit.again(searchCase, hierarchy, quota, around, nodes, random.split()))
        .ifPresent(
            divided ->
                anneal(
                    EmbeddingStart.around(emulated, tree, divided, placesOutside(around)),
                    HOT_FOR_REPAIR,
                    TRIALS_OF_REPAIR));
  }

  private Optional<int[]> bestDivision(Supplier<Optional<int[]>> divisions) {
    Optional<int[]> result = Optional.empty();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < DIVISIONS && effort.trials(searchCase.endpointCount()); i++) {
      Optional<int[]> nodes = divisions.get();
      long over =
          nodes.map(n -> new Assignment(searchCase, n).meter().excess()).orElse(Long.MAX_VALUE);
      if (over < least) {
        least = over;
        result = nodes;
      }
    }
    return result;
  }

  /** Where switches are that are not below a vertex. */
  private int[] placesOutside(int vertex) {
    int top = tree.of(vertex);
    int[] result = Arrays.copyOf(places, emulated.innerCount());
    for (int node = 0; node < result.length; node++) {
      int at = tree.first(result[node]);
      if (at >= tree.first(top) && at < tree.end(top)) {
        result[node] = EmbeddingStart.UNKNOWN;
      }
    }
    return result;
  }

  private void anneal(int[] start, double hot, long trialsOfNode) {
    long whole = Math.max(LEAST_TRIALS, trialsOfNode * start.length);
    EmbeddingAnnealing annealing =
        new EmbeddingAnnealing(emulated, tree, slots, start, hot, whole, random.split());
    Embedding embedding = annealing.embedding();
    annealing.run(HALF, effort);
    if (embedding.excess() <= HOPELESS * excess) {
      annealing.run(1, effort);
    }
    remember(embedding.places(), embedding.excess());
  }

  private void remember(int[] found, double foundExcess) {
    if (foundExcess < excess) {
      excess = foundExcess;
      places = found;
      failures = 0;
    }
    if (foundExcess < bestExcess) {
      bestExcess = foundExcess;
      best = found;
    }
  }
}
