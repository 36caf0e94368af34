package io.kollaps.placement.search;

import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Repairs a placement by simulated annealing on the sum of what limits are exceeded by: an endpoint
 * or a group of neighbours moves away from or into an exceeded limit's nodes, or two endpoints
 * change places; worse placements are accepted less and less.
 */
final class LocalSearch {
  /** The lowest temperature to begin with, as a part of what a change typically makes worse. */
  private static final double LEAST_HOT = 0.08;

  /** So many times hotter it may be. */
  private static final double HOTTER = 5;

  /** Trials at one temperature, for each endpoint. */
  private static final int TRIALS_OF_STRETCH = 8;

  /** Cooling by this factor, after each stretch of trials. */
  private static final double COOLING = 0.95;

  /** Where cooling ends, as a part of its beginning; then it begins again from the best. */
  private static final double COLD = 1e-3;

  private static final int SAMPLES = 64;
  private static final int MAX_GROUP = 64;
  private static final int MAX_TRIES = 8;

  private final SearchCase searchCase;
  private final Assignment assignment;
  private final int quota;
  private final SplittableRandom random;
  private final int[] line;
  private final int[] placeInLine;
  private final int[][] setsOfLimit;
  private final int[][] nodesOfSet;
  private final int[] movedEndpoints = new int[2 * MAX_GROUP];
  private final int[] movedFrom = new int[2 * MAX_GROUP];
  private int movedCount;
  private int[] best;
  private long bestExcess;

  LocalSearch(SearchCase searchCase, int[] start, int quota, SplittableRandom random) {
    this.searchCase = searchCase;
    this.assignment = new Assignment(searchCase, start);
    this.quota = quota;
    this.random = random;
    this.line = searchCase.emulated().nearbyOrder();
    this.placeInLine = new int[line.length];
    for (int i = 0; i < line.length; i++) {
      placeInLine[line[i]] = i;
    }
    this.setsOfLimit = setsOfLimits(searchCase.limits());
    this.nodesOfSet = new int[searchCase.limits().setCount()][];
    for (int set = 0; set < nodesOfSet.length; set++) {
      nodesOfSet[set] = searchCase.limits().set(set);
    }
    this.best = start.clone();
    this.bestExcess = assignment.meter().excess();
  }

  private static int[][] setsOfLimits(NetworkLimits limits) {
    List<List<Integer>> sets = new ArrayList<>();
    limits.limits().forEach(limit -> sets.add(new ArrayList<>()));
    for (Term term : limits.terms()) {
      sets.get(term.limit()).add(term.first());
      if (term.second() != term.first()) {
        sets.get(term.limit()).add(term.second());
      }
    }
    return sets.stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** What the best placement found exceeds limits by, in all. */
  long bestExcess() {
    return bestExcess;
  }

  /** The best placement found. A new array at each call. */
  int[] best() {
    return best.clone();
  }

  /** Searches until every limit is kept or the effort is spent; true when every limit is kept. */
  boolean run(Effort effort) {
    if (bestExcess == 0) {
      return true;
    }
    double hot = typicalChange(effort);
    int stretch = Math.max(200, TRIALS_OF_STRETCH * line.length);
    double temperature = hot;
    int left = stretch;
    while (effort.trial()) {
      if (--left == 0) {
        left = stretch;
        temperature *= COOLING;
        if (temperature < hot * COLD) {
          temperature = hot * (0.1 + 0.9 * random.nextDouble());
          assignment.moveAll(best);
        }
      }
      step(temperature);
      if (assignment.meter().excess() < bestExcess) {
        bestExcess = assignment.meter().excess();
        best = assignment.nodes();
        if (bestExcess == 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Mean of what a change makes worse: the temperature to begin with. */
  private double typicalChange(Effort effort) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < SAMPLES && effort.trial(); i++) {
      long before = assignment.meter().excess();
      if (propose()) {
        sum += Math.max(0, assignment.meter().excess() - before);
        count++;
        undo();
      }
    }
    double hot = LEAST_HOT * Math.pow(HOTTER, random.nextDouble());
    return Math.max(1, hot * sum / Math.max(1, count));
  }

  private void step(double temperature) {
    long before = assignment.meter().excess();
    if (!propose()) {
      return;
    }
    long delta = assignment.meter().excess() - before;
    if (delta > 0 && random.nextDouble() >= Math.exp(-delta / temperature)) {
      undo();
    }
  }

  /** Makes a change; false when none was possible here. */
  private boolean propose() {
    movedCount = 0;
    int endpoint = concerned();
    if (endpoint < 0) {
      return false;
    }
    int target = target(endpoint);
    if (target < 0 || target == assignment.nodeOf(endpoint)) {
      return false;
    }
    int kind = random.nextInt(4);
    if (kind == 0) {
      return moveGroup(endpoint, target);
    }
    if (assignment.hasRoom(endpoint, target, quota) && kind != 1) {
      move(endpoint, target);
      return true;
    }
    return swap(endpoint, target);
  }

  /** An endpoint on or near the nodes of an exceeded limit, -1 when luck found none to move. */
  private int concerned() {
    LimitMeter meter = assignment.meter();
    int limit = meter.exceeded(random.nextInt(meter.exceededCount()));
    int[] sets = setsOfLimit[limit];
    int[] nodes = nodesOfSet[sets[random.nextInt(sets.length)]];
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int node = nodes[random.nextInt(nodes.length)];
      int on = assignment.count(node);
      if (on > 0) {
        int endpoint = assignment.endpointOn(node, random.nextInt(on));
        if (random.nextInt(3) == 0) {
          endpoint = neighbour(endpoint);
        }
        return searchCase.pinned()[endpoint] == SearchCase.ANYWHERE ? endpoint : -1;
      }
    }
    return -1;
  }

  /** An endpoint near to another; near ones are likelier. */
  private int neighbour(int endpoint) {
    int distance = 1;
    while (distance < line.length && random.nextInt(3) != 0) {
      distance++;
    }
    int at = placeInLine[endpoint] + (random.nextBoolean() ? distance : -distance);
    return at < 0 || at >= line.length ? endpoint : line[at];
  }

  private int target(int endpoint) {
    if (random.nextInt(4) != 0) {
      for (int tries = 0; tries < MAX_TRIES; tries++) {
        int node = assignment.nodeOf(neighbour(endpoint));
        if (node != assignment.nodeOf(endpoint)) {
          return node;
        }
      }
    }
    return random.nextInt(searchCase.nodeCount());
  }

  private void move(int endpoint, int target) {
    movedEndpoints[movedCount] = endpoint;
    movedFrom[movedCount++] = assignment.nodeOf(endpoint);
    assignment.move(endpoint, target);
  }

  private void undo() {
    while (movedCount > 0) {
      movedCount--;
      assignment.move(movedEndpoints[movedCount], movedFrom[movedCount]);
    }
  }

  private boolean swap(int endpoint, int target) {
    int on = assignment.count(target);
    if (on == 0) {
      return false;
    }
    int other = assignment.endpointOn(target, random.nextInt(on));
    if (searchCase.pinned()[other] != SearchCase.ANYWHERE || !assignment.canSwap(endpoint, other)) {
      return false;
    }
    int home = assignment.nodeOf(endpoint);
    move(endpoint, target);
    move(other, home);
    return true;
  }

  /**
   * Moves an endpoint and those beside it in the line on the same node, as far as there is room.
   */
  private boolean moveGroup(int endpoint, int target) {
    int home = assignment.nodeOf(endpoint);
    int most = 1 + random.nextInt(Math.min(MAX_GROUP, Math.max(1, assignment.count(home))));
    int low = placeInLine[endpoint];
    int high = low;
    while (movedCount < most) {
      int next;
      if (movedCount == 0) {
        next = endpoint;
      } else if (low > 0 && assignment.nodeOf(line[low - 1]) == home) {
        next = line[--low];
      } else if (high + 1 < line.length && assignment.nodeOf(line[high + 1]) == home) {
        next = line[++high];
      } else {
        break;
      }
      if (searchCase.pinned()[next] != SearchCase.ANYWHERE
          || !assignment.hasRoom(next, target, quota)) {
        break;
      }
      move(next, target);
    }
    return movedCount > 0;
  }
}
