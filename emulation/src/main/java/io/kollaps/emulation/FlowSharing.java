package io.kollaps.emulation;

import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * The shares of all flows of the network, own and others', and what a newcomer would get.
 *
 * <p>Two allocations are computed. The <b>share</b> is weighted max-min with every flow's demand:
 * it never adds up to more than a link carries. The <b>fair share</b> is weighted max-min with all
 * flows greedy: what each may always grow to.
 */
final class FlowSharing {
  /** One flow and what it was given. */
  private static final class Entry {
    private final int[] links;
    private final double weight;
    private final long pathRate;
    private long demand;
    private double share;
    private double fairShare;
    private double markedShare = -1;

    Entry(int[] links, double weight, long pathRate) {
      this.links = links;
      this.weight = weight;
      this.pathRate = pathRate;
    }
  }

  private final double changeFraction;
  private final TreeMap<Integer, Entry> entries = new TreeMap<>();
  private final FlowTable flows = new FlowTable();
  private final PathTable paths;
  private final SharingSolver solver;
  private final SharingSolver fairSolver;
  private final LinkLevels levels;
  private final DemandEffect effect;

  /** Without flows. */
  FlowSharing(PathTable paths, CoreSettings settings) {
    this.paths = paths;
    changeFraction = settings.rateChangeFraction();
    solver = new SharingSolver(paths.linkCount());
    fairSolver = new SharingSolver(paths.linkCount());
    levels = new LinkLevels(solver);
    effect = new DemandEffect(solver, settings.demandEffectFraction());
  }

  /**
   * Shares the links among these flows and no others.
   *
   * @param demands path ids of existing paths, and what their flows want
   * @param changedLink told each link on which a flow came, went or got a different share
   */
  void share(SortedMap<Integer, Long> demands, IntConsumer changedLink) {
    dropEnded(demands, changedLink);
    flows.clear();
    boolean limited = false;
    for (Map.Entry<Integer, Long> flow : demands.entrySet()) {
      int pathId = flow.getKey();
      Entry entry = entries.computeIfAbsent(pathId, this::entryOf);
      entry.demand = flow.getValue();
      limited |= entry.demand != FlowTable.UNLIMITED;
      flows.add(pathId, entry.links, entry.weight, entry.demand, entry.pathRate);
    }
    solver.solve(flows, paths.linkRates());
    levels.build(flows);
    effect.build(flows);
    if (limited) {
      fairSolver.solve(flows, paths.linkRates(), true);
    }
    SharingSolver fair = limited ? fairSolver : solver;
    int number = 0;
    for (Entry entry : entries.values()) {
      entry.share = solver.share(number);
      entry.fairShare = fair.share(number);
      number++;
      if (Rates.differ(entry.markedShare, entry.share, changeFraction)) {
        mark(entry, changedLink);
        entry.markedShare = entry.share;
      }
    }
  }

  private void dropEnded(SortedMap<Integer, Long> demands, IntConsumer changedLink) {
    for (Iterator<Map.Entry<Integer, Entry>> all = entries.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Integer, Entry> one = all.next();
      if (!demands.containsKey(one.getKey())) {
        mark(one.getValue(), changedLink);
        all.remove();
      }
    }
  }

  private Entry entryOf(int pathId) {
    int from = pathId / paths.endpointCount();
    int to = pathId % paths.endpointCount();
    long rate = paths.path(from, to).orElseThrow().rateBitsPerSecond();
    return new Entry(paths.links(from, to), paths.weightOf(from, to), rate);
  }

  private static void mark(Entry entry, IntConsumer changedLink) {
    for (int link : entry.links) {
      changedLink.accept(link);
    }
  }

  /** Demands are judged anew: none was passed over yet. */
  void beginJudging() {
    effect.begin();
  }

  /**
   * Passes over a change of a flow's demand when it alters no share by more than does not matter,
   * together with those passed over since {@link #beginJudging}; false when it does.
   */
  boolean passOver(int pathId, double change) {
    Entry entry = entries.get(pathId);
    return entry != null && effect.passOver(entry.links, change);
  }

  /** What a flow would get if all were greedy; 0 when the flow took no part yet. */
  double fairShare(int pathId) {
    Entry entry = entries.get(pathId);
    return entry == null ? 0 : entry.fairShare;
  }

  /**
   * The rate of a flow's path. A greedy flow has its share. One that is limited by its application
   * may use its fair share though less is set aside for it: when it grows it is taken as greedy at
   * the next reading, and until then links carry more than they should by at most that difference.
   */
  double grant(int pathId) {
    Entry entry = entries.get(pathId);
    if (entry == null) {
      throw new IllegalStateException("no flow on path " + pathId + " takes part in the sharing");
    }
    boolean greedy = entry.demand == FlowTable.UNLIMITED;
    return greedy ? entry.share : Math.max(entry.share, entry.fairShare);
  }

  /** What a greedy flow would get on an own path that has none, if it started now. */
  double newcomerShare(int own) {
    double weight = paths.weight(own);
    double level = Double.POSITIVE_INFINITY;
    for (int at = paths.firstHop(own); at < paths.firstHop(own + 1); at++) {
      int link = paths.hop(at);
      level = Math.min(level, levels.newcomerLevel(link, paths.linkRates()[link], weight));
    }
    long rate = paths.rate(own);
    double limit = rate == FlowTable.UNLIMITED ? Double.POSITIVE_INFINITY : rate;
    return Math.min(limit, weight * level);
  }
}
