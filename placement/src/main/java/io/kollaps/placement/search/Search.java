package io.kollaps.placement.search;

import io.kollaps.placement.demand.SmallestCuts;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Looks for a placement with as few endpoints on each node as possible: for each such number,
 * smallest first, cheap constructions; then better ones and repair where they failed; exact search
 * where the case is small; and proofs that nothing fits.
 */
public final class Search {
  /** Cases up to this size are searched exactly. */
  static final int EXACT_ENDPOINTS = 8;

  /** Cases up to this size are searched exactly. */
  static final int EXACT_NODES = 12;

  /** Part of the effort that goes into fewer endpoints on a node, once a placement is known. */
  private static final double SPREADING_SHARE = 0.1;

  /** Trials for each number of endpoints on a node that may still be possible. */
  private static final long SPREADING_TRIALS = 20_000;

  /** Part of the effort that goes into an exact search before others are tried. */
  private static final double EXACT_SHARE = 0.5;

  /** Trials of repair between two rounds of divisions, for each endpoint: one cooling. */
  private static final long TRIALS_OF_REPAIR = 400;

  private static final long LEAST_TRIALS_OF_REPAIR = 50_000;

  /** Divisions along the physical tree between two repairs. */
  private static final int SPLITS = 8;

  /** Divisions of a part of the physical tree between two repairs. */
  private static final int RESPLITS = 200;

  /** Such a part begins at most so many levels above an exceeded limit. */
  private static final int LEVELS_UP = 3;

  /** Most cells (endpoints times nodes) for which lines are divided. */
  private static final long MAX_CELLS = 1L << 19;

  private final SearchCase searchCase;
  private final Effort effort;
  private final SplittableRandom random;
  private final Constructions constructions;
  private final Optional<Hierarchy> hierarchy;
  private final Supplier<Optional<CountingBound>> bound;

  /** Endpoints can be divided along the physical tree: nothing else restricts them. */
  private final boolean splits;

  /** The emulated tree can be laid over the physical one: that is all that limits say. */
  private final boolean embeds;

  private final long trialsOfRepair;

  private Optional<Boolean> dividesWithLargest = Optional.empty();
  private Optional<SearchResult.Nearest> nearest = Optional.empty();
  private long nearestExcess = Long.MAX_VALUE;

  private Search(SearchCase searchCase, Effort effort, long seed) {
    this.searchCase = searchCase;
    this.effort = effort;
    this.random = new SplittableRandom(seed);
    this.constructions = new Constructions(searchCase, effort);
    this.hierarchy = Hierarchy.of(searchCase);
    this.splits =
        hierarchy.isPresent()
            && searchCase.emulated().cheapSets(new BitSet(), 0).isPresent()
            && Arrays.stream(searchCase.pinned()).allMatch(pin -> pin == SearchCase.ANYWHERE)
            && Arrays.stream(searchCase.needMilliCpus()).allMatch(need -> need == 0)
            && Arrays.stream(searchCase.needMemoryBytes()).allMatch(need -> need == 0);
    this.embeds =
        splits
            && searchCase.nodeCount() > 1
            && searchCase.limits().terms().stream()
                .allMatch(term -> term.kind() == TermKind.OUT || term.kind() == TermKind.IN);
    this.trialsOfRepair =
        Math.max(LEAST_TRIALS_OF_REPAIR, TRIALS_OF_REPAIR * searchCase.endpointCount());
    this.bound = once(this::countingBound);
  }

  private static <T> Supplier<T> once(Supplier<T> supplier) {
    List<T> made = new ArrayList<>();
    return () -> {
      if (made.isEmpty()) {
        made.add(supplier.get());
      }
      return made.getFirst();
    };
  }

  private Optional<CountingBound> countingBound() {
    Optional<SmallestCuts> smallest = searchCase.emulated().smallestCuts();
    return hierarchy.flatMap(h -> smallest.map(s -> new CountingBound(searchCase, h, s)));
  }

  /**
   * Searches.
   *
   * @param searchCase what to place, on what
   * @param effort what the search may cost
   * @param seed decides what is left to chance
   */
  public static SearchResult run(SearchCase searchCase, Effort effort, long seed) {
    Optional<Proof> shortage = Shortage.of(searchCase);
    if (shortage.isPresent()) {
      return new SearchResult.NotFound(shortage, Optional.empty());
    }
    return new Search(searchCase, effort, seed).run();
  }

  private SearchResult run() {
    int[] quotas = quotas();
    int largest = quotas[quotas.length - 1];
    List<Integer> open = new ArrayList<>();
    Optional<SearchResult.Found> found = Optional.empty();
    for (int quota : quotas) {
      found = construct(quota, largest);
      if (found.isPresent() || effort.spent()) {
        break;
      }
      open.add(quota);
    }
    if (found.isPresent()) {
      return polished(spread(open, found.get()));
    }
    return repair(largest);
  }

  /** Numbers of endpoints on a node to try: every one at first, then in growing steps. */
  private int[] quotas() {
    int[] slots = searchCase.freeSlots();
    int most = Arrays.stream(slots).max().orElse(0);
    most = Math.min(most, searchCase.endpointCount());
    int least = 1;
    while (least < most && slotsWith(least) < searchCase.endpointCount()) {
      least++;
    }
    TreeSet<Integer> result = new TreeSet<>();
    int step = 1;
    for (int quota = least; quota < most; quota += step) {
      result.add(quota);
      step = result.size() < 4 ? 1 : 2 * step;
    }
    result.add(most);
    return result.stream().mapToInt(Integer::intValue).toArray();
  }

  private long slotsWith(int quota) {
    return Arrays.stream(searchCase.freeSlots()).mapToLong(slots -> Math.min(slots, quota)).sum();
  }

  private Optional<SearchResult.Found> construct(int quota, int largest) {
    return checked(constructions.demandingFirst(quota), "each endpoint to the best node for it")
        .or(() -> checked(constructions.nearbyFirst(quota), "neighbours one after the other"))
        .or(() -> checked(constructions.groups(quota), "groups of neighbours"))
        .or(() -> checked(constructions.largestFirst(quota), "the largest endpoints first"))
        .or(() -> dividesWith(largest) && !refuted(quota) ? divided(quota) : Optional.empty());
  }

  /** A line that cannot be divided with more on a node cannot be divided with fewer either. */
  private boolean dividesWith(int largest) {
    if (dividesWithLargest.isEmpty()) {
      dividesWithLargest = Optional.of(!refuted(largest) && divided(largest).isPresent());
    }
    return dividesWithLargest.get();
  }

  private boolean refuted(int quota) {
    return bound.get().flatMap(b -> b.refute(quota)).isPresent();
  }

  private Optional<SearchResult.Found> divided(int quota) {
    boolean fits =
        searchCase.emulated().isTree()
            && searchCase.endpointCount() <= IntervalPacking.MAX_ENDPOINTS
            && (long) searchCase.endpointCount() * searchCase.nodeCount() <= MAX_CELLS;
    return hierarchy
        .filter(h -> fits)
        .flatMap(
            h ->
                checked(
                    IntervalPacking.find(searchCase, h, quota), "a line of neighbours, divided"));
  }

  /** A placement when it keeps all limits; remembered as the nearest when it does not. */
  private Optional<SearchResult.Found> checked(Optional<int[]> nodes, String method) {
    if (nodes.isEmpty()) {
      return Optional.empty();
    }
    LimitMeter meter = new Assignment(searchCase, nodes.get()).meter();
    if (meter.excess() == 0) {
      return Optional.of(new SearchResult.Found(nodes.get(), meter.demand(), method));
    }
    remember(nodes.get(), meter.excess(), meter.demand());
    return Optional.empty();
  }

  private void remember(int[] nodes, long excess, long[] demand) {
    if (excess < nearestExcess) {
      nearestExcess = excess;
      nearest = Optional.of(new SearchResult.Nearest(nodes, demand));
    }
  }

  /** Tries to do with fewer endpoints on a node than the placement that is known. */
  private SearchResult.Found spread(List<Integer> open, SearchResult.Found known) {
    Effort part = effort.part(SPREADING_SHARE, SPREADING_TRIALS * open.size());
    for (int quota : open) {
      if (part.spent()) {
        return known;
      }
      if (refuted(quota)) {
        continue;
      }
      if (isSmall()) {
        ExactSearch exact =
            new ExactSearch(searchCase, quota, effort.part(SPREADING_SHARE, SPREADING_TRIALS));
        if (exact.run() == ExactSearch.Outcome.FOUND) {
          return checked(Optional.of(exact.nodes()), "exact search").orElse(known);
        }
        continue;
      }
      Optional<int[]> start =
          constructions.groups(quota).or(() -> constructions.nearbyFirst(quota));
      if (start.isPresent()) {
        Optional<SearchResult.Found> better =
            annealed(start.get(), quota, part.part(1, SPREADING_TRIALS));
        if (better.isPresent()) {
          return better.get();
        }
      }
    }
    return known;
  }

  private boolean isSmall() {
    return searchCase.endpointCount() <= EXACT_ENDPOINTS && searchCase.nodeCount() <= EXACT_NODES;
  }

  private Optional<SearchResult.Found> annealed(int[] start, int quota, Effort part) {
    LocalSearch search = new LocalSearch(searchCase, start, quota, random.split());
    boolean done = search.run(part);
    Optional<SearchResult.Found> result =
        checked(Optional.of(search.best()), "repair by small changes");
    return done ? result : Optional.empty();
  }

  /** Everything that is left, with as many endpoints on a node as it takes. */
  private SearchResult repair(int quota) {
    Optional<Proof> proof = bound.get().flatMap(b -> b.refute(quota));
    if (proof.isPresent()) {
      return new SearchResult.NotFound(proof, nearest);
    }
    if (isSmall() || searchCase.endpointCount() <= EXACT_ENDPOINTS) {
      double share = isSmall() ? 1 : EXACT_SHARE;
      ExactSearch exact = new ExactSearch(searchCase, quota, effort.part(share, Long.MAX_VALUE));
      switch (exact.run()) {
        case FOUND -> {
          Optional<SearchResult.Found> found = checked(Optional.of(exact.nodes()), "exact search");
          if (found.isPresent()) {
            return polished(found.get());
          }
        }
        case NONE -> {
          return new SearchResult.NotFound(
              Optional.of(new Proof.Stated("every placement was tried or ruled out")), nearest);
        }
        case UNKNOWN -> {}
      }
    }
    Optional<SearchResult.Found> embedded = embeds ? embedded(quota) : Optional.empty();
    return embedded.<SearchResult>map(this::polished).orElseGet(() -> rounds(quota));
  }

  private Optional<SearchResult.Found> embedded(int quota) {
    Hierarchy tree = hierarchy.orElseThrow();
    return checked(
        searchCase
            .emulated()
            .linkTree()
            .flatMap(
                links ->
                    new EmbeddingSearch(searchCase, tree, links, quota, effort, random.split())
                        .run()),
        "the emulated tree laid over the physical one");
  }

  /**
   * Rounds of divisions along the physical tree, of divisions of its parts where limits are
   * exceeded, and of small changes; on from the nearest while that gets nearer, else from there or
   * from new ones by chance.
   */
  private SearchResult rounds(int quota) {
    boolean nearer = false;
    while (!effort.spent()) {
      long before = nearestExcess;
      boolean on = nearer || (nearest.isPresent() && random.nextBoolean());
      Optional<int[]> start = on ? nearestNodes() : fresh(quota);
      if (start.isEmpty()) {
        return new SearchResult.NotFound(Optional.empty(), nearest);
      }
      int[] nodes = resplit(start.get(), quota);
      Optional<SearchResult.Found> found =
          checked(Optional.of(nodes), "cheap cuts along the physical tree")
              .or(() -> annealed(nodes, quota, effort.part(1, trialsOfRepair)));
      if (found.isPresent()) {
        return polished(found.get());
      }
      nearer = nearestExcess < before;
    }
    return new SearchResult.NotFound(Optional.empty(), nearest);
  }

  private Optional<int[]> nearestNodes() {
    return nearest.map(SearchResult.Nearest::nodeOf);
  }

  /** The best of several divisions; what is nearest so far where the network has no tree. */
  private Optional<int[]> fresh(int quota) {
    if (!splits) {
      return nearestNodes();
    }
    Optional<int[]> best = Optional.empty();
    long bestExcess = Long.MAX_VALUE;
    for (int i = 0; i < SPLITS && effort.trials(searchCase.endpointCount()); i++) {
      Optional<int[]> nodes =
          RecursiveSplit.find(searchCase, hierarchy.orElseThrow(), quota, random.split());
      long excess =
          nodes.map(n -> new Assignment(searchCase, n).meter().excess()).orElse(Long.MAX_VALUE);
      if (excess < bestExcess) {
        bestExcess = excess;
        best = nodes;
      }
    }
    return best.or(this::nearestNodes);
  }

  /** Divides again what is below or around exceeded limits, and keeps what is no worse. */
  private int[] resplit(int[] start, int quota) {
    if (!splits) {
      return start;
    }
    Hierarchy tree = hierarchy.orElseThrow();
    Assignment assignment = new Assignment(searchCase, start);
    LimitMeter meter = assignment.meter();
    int cost = searchCase.endpointCount();
    for (int i = 0; i < RESPLITS && meter.excess() > 0 && effort.trials(cost); i++) {
      int vertex = tree.vertexOf(meter.exceeded(random.nextInt(meter.exceededCount())));
      for (int up = 1 + random.nextInt(LEVELS_UP); up > 0; up--) {
        vertex = tree.parent(vertex);
      }
      int[] before = assignment.nodes();
      long excess = meter.excess();
      Optional<int[]> after =
          RecursiveSplit.again(searchCase, tree, quota, vertex, before, random.split());
      if (after.isPresent()) {
        assignment.moveAll(after.get());
        if (meter.excess() > excess) {
          assignment.moveAll(before);
        }
      }
    }
    return assignment.nodes();
  }

  private SearchResult.Found polished(SearchResult.Found found) {
    Polish polish = new Polish(searchCase, found.nodeOf(), effort);
    polish.run();
    return new SearchResult.Found(polish.nodes(), polish.demand(), found.method());
  }
}
