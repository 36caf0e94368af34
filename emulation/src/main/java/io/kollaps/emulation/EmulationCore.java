package io.kollaps.emulation;

import io.kollaps.emulation.CoreEvent.EpochBegan;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreEvent.PeerFlows;
import io.kollaps.emulation.CoreEvent.PeerGone;
import io.kollaps.emulation.CoreEvent.UsageRead;
import io.kollaps.topology.Settings.SharingWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides the rates of one part's paths. A pure state machine: the same events give the same
 * commands, no clock, no thread.
 *
 * <p><b>Flows.</b> A flow is active from the first reading above {@link
 * CoreSettings#activeFraction} of its path's rate until it was silent for {@link
 * CoreSettings#silenceNanos} (longer where a round trip, or three packets at its rate, last
 * longer). It counts as greedy until it was watched for a whole demand window; from then on it is
 * greedy while some reading within the window reached {@link CoreSettings#greedyFraction} of the
 * grant of that time, or packets waited all the time; otherwise it wants what {@link CoreSettings}
 * says.
 *
 * <p><b>Rates.</b> Every part computes the same two allocations from the demands of all flows of
 * all parts (see {@link FlowSharing}): shares with demands, which never exceed a link's capacity,
 * and fair shares with all flows greedy. A greedy flow's path gets its share; a flow that is
 * limited by its application the larger of both; an idle path what a greedy flow would get if it
 * started on it now, exactly (see {@link LinkLevels}).
 *
 * <p><b>Work.</b> At most one sharing for each reading, whatever the number of events; idle paths
 * whose links changed are looked at in the order of the changes, at most {@link
 * IdlePaths#MAX_STEPS} steps for each reading, the rest at the next ones.
 *
 * <p>Not safe for use by several threads.
 */
public final class EmulationCore {
  private final CoreSettings settings;
  private final SharingWeights weights;
  private final int part;
  private final IntPredicate ownSource;
  private final PeerFlowTable peers = new PeerFlowTable();
  private final PeerReporter reporter;
  private final TreeMap<Integer, OwnFlow> ownFlows = new TreeMap<>();
  private @Nullable Stage stage;
  private boolean changed;

  /** What is made anew for each epoch. */
  private record Stage(PathTable paths, FlowSharing sharing, IdlePaths idle, RateBook book) {
    static Stage of(PathTable paths, CoreSettings settings) {
      return new Stage(
          paths,
          new FlowSharing(paths, settings),
          new IdlePaths(paths),
          new RateBook(paths, settings.rateChangeFraction()));
    }
  }

  /**
   * A core without flows; the first event must be an {@link EpochBegan}, other parts' reports may
   * come before.
   *
   * @param settings thresholds and times
   * @param weights how flows share a link
   * @param part this part's number, as in its reports
   * @param ownSource true for the index of an endpoint of this part; must not change
   */
  public EmulationCore(
      CoreSettings settings, SharingWeights weights, int part, IntPredicate ownSource) {
    this.settings = settings;
    this.weights = weights;
    this.part = part;
    this.ownSource = ownSource;
    reporter = new PeerReporter(part, settings);
  }

  /**
   * Takes an event.
   *
   * <p>{@link EpochBegan} answers with the rates of all own paths that exist now, {@link UsageRead}
   * with the rates that changed and what to tell the other parts. {@link PeerFlows} and {@link
   * PeerGone} answer nothing: they count at the next reading.
   *
   * @return what is to be done, in this order
   * @throws IllegalStateException when usage is read before the first epoch
   * @throws IllegalArgumentException when an event names a path or an interval that cannot be
   */
  public List<CoreCommand> handle(CoreEvent event) {
    return switch (event) {
      case EpochBegan began -> begin(began);
      case UsageRead read -> read(read);
      case PeerFlows heard -> {
        changed |= heard.report().part() != part && peers.take(heard.nowNanos(), heard.report());
        yield List.of();
      }
      case PeerGone gone -> {
        changed |= peers.remove(gone.part());
        yield List.of();
      }
    };
  }

  /** Own active flows as they stand, by path id. */
  public List<FlowView> activeFlows() {
    List<FlowView> views = new ArrayList<>();
    for (OwnFlow flow : ownFlows.values()) {
      if (flow.active()) {
        views.add(
            new FlowView(
                flow.pathId(),
                Rates.whole(flow.used()),
                grantBitsPerSecond(flow.pathId()),
                flow.greedy()));
      }
    }
    return views;
  }

  /**
   * The rate that an own path stands at, in bits per second; {@link FlowTable#UNLIMITED} when
   * nothing limits it, 0 when there is no such path in this epoch.
   *
   * @throws IllegalArgumentException when the path's source is not of this part
   */
  public long grantBitsPerSecond(int pathId) {
    Stage now = stage();
    return now.book().rate(own(now, pathId));
  }

  private Stage stage() {
    if (stage == null) {
      throw new IllegalStateException("no epoch began yet; begin with EpochBegan");
    }
    return stage;
  }

  private static int own(Stage now, int pathId) {
    int count = now.paths().endpointCount();
    int own = pathId < 0 || pathId / count >= count ? -1 : now.paths().own(pathId);
    if (own < 0) {
      throw new IllegalArgumentException(
          "path " + pathId + " does not start at an endpoint of this part");
    }
    return own;
  }

  private List<CoreCommand> begin(EpochBegan began) {
    PathTable paths =
        began.paths() instanceof PathTable made && made.suits(ownSource, weights)
            ? made
            : PathTable.of(began.paths(), ownSource, weights);
    if (stage != null && !stage.paths().sameShape(paths)) {
      throw new IllegalArgumentException(
          "the epoch has other numbers of endpoints or links than the one before; they must be the"
              + " same in all epochs of a run");
    }
    Stage now = Stage.of(paths, settings);
    stage = now;
    for (OwnFlow flow : ownFlows.values()) {
      int own = own(now, flow.pathId());
      if (paths.rate(own) > 0) {
        flow.onPath(roundTrip(paths, flow.pathId()));
      } else if (flow.active()) {
        flow.cut();
        reporter.changed(began.nowNanos(), flow.pathId());
      }
    }
    share(now);
    for (int own = 0; own < paths.ownCount(); own++) {
      if (paths.rate(own) > 0 && !active(paths.pathIdOf(own))) {
        now.book().set(own, now.sharing().newcomerShare(own));
      }
    }
    now.idle().allSeen();
    return commands(now);
  }

  private static long roundTrip(PathTable paths, int pathId) {
    return paths.roundTripNanos(pathId / paths.endpointCount(), pathId % paths.endpointCount());
  }

  private static List<CoreCommand> commands(Stage now) {
    List<CoreCommand> commands = new ArrayList<>();
    now.book().drain().ifPresent(commands::add);
    return commands;
  }

  private boolean active(int pathId) {
    OwnFlow flow = ownFlows.get(pathId);
    return flow != null && flow.active();
  }

  private List<CoreCommand> read(UsageRead read) {
    Stage now = stage();
    if (read.intervalNanos() <= 0) {
      throw new IllegalArgumentException(
          "a reading's interval is " + read.intervalNanos() + " ns; it must be above 0");
    }
    for (PathUsage usage : read.usages()) {
      take(now, read, usage);
    }
    List<Integer> ended = judgeAll(now, read);
    changed |= peers.expire(read.nowNanos(), settings.peerExpiryNanos());
    if (changed) {
      share(now);
    }
    for (int pathId : ended) {
      lookAt(now, own(now, pathId));
    }
    now.idle().look(own -> lookAt(now, own));
    List<CoreCommand> commands = commands(now);
    if (reporter.due(read.nowNanos())) {
      reporter
          .report(read.nowNanos(), ownDemands())
          .map(CoreCommand.TellPeers::new)
          .ifPresent(commands::add);
    }
    return commands;
  }

  private void lookAt(Stage now, int own) {
    if (!active(now.paths().pathIdOf(own))) {
      now.book().set(own, now.sharing().newcomerShare(own));
    }
  }

  private void take(Stage now, UsageRead read, PathUsage usage) {
    int own = own(now, usage.pathId());
    long rate = now.paths().rate(own);
    if (rate == 0) {
      // Read just before the epoch that took the path away.
      return;
    }
    OwnFlow flow = ownFlows.get(usage.pathId());
    double threshold = threshold(rate);
    if (flow == null) {
      double used = usage.servedBytes() * 8e9 / read.intervalNanos();
      if (used <= threshold && !usage.backlogged()) {
        return;
      }
      flow = new OwnFlow(usage.pathId(), settings, read.nowNanos() - read.intervalNanos());
      flow.onPath(roundTrip(now.paths(), usage.pathId()));
      ownFlows.put(usage.pathId(), flow);
    }
    flow.read(
        read.nowNanos(),
        read.intervalNanos(),
        usage.servedBytes(),
        usage.backlogged(),
        now.book().rate(own),
        threshold);
  }

  /** On a path without limit there is no part of it to compare with: any traffic to speak of. */
  private double threshold(long pathRate) {
    return pathRate == FlowTable.UNLIMITED
        ? settings.demandChangeFloorBitsPerSecond()
        : settings.activeFraction() * pathRate;
  }

  /** Ends silent flows and judges the others; the path ids of those that ended. */
  private List<Integer> judgeAll(Stage now, UsageRead read) {
    List<Integer> ended = new ArrayList<>();
    boolean exactly = reporter.fullDue(read.nowNanos());
    now.sharing().beginJudging();
    for (OwnFlow flow : ownFlows.values()) {
      int pathId = flow.pathId();
      long grant = now.book().rate(own(now, pathId));
      flow.readSilence(read.nowNanos(), read.intervalNanos());
      if (flow.endIfSilent(read.nowNanos(), grant)) {
        ended.add(pathId);
        reporter.changed(read.nowNanos(), pathId);
        changed = true;
      } else if (flow.active()) {
        judge(now, read.nowNanos(), flow, exactly);
      }
    }
    ownFlows.values().removeIf(flow -> flow.forgotten(read.nowNanos()));
    return ended;
  }

  private void judge(Stage now, long nowNanos, OwnFlow flow, boolean exactly) {
    int pathId = flow.pathId();
    switch (flow.judge(
        nowNanos,
        now.sharing().fairShare(pathId),
        exactly,
        change -> now.sharing().passOver(pathId, change))) {
      case SAME -> {}
      case EXACT -> changed = true;
      case NUMBER -> {
        reporter.changedNumber(nowNanos, pathId);
        changed = true;
      }
      case KIND -> {
        reporter.changed(nowNanos, pathId);
        changed = true;
      }
    }
  }

  /** Shares anew and sets the rates of own flows. */
  private void share(Stage now) {
    changed = false;
    now.idle().newRound();
    now.sharing().share(allDemands(now.paths()), now.idle()::changed);
    for (OwnFlow flow : ownFlows.values()) {
      if (flow.active()) {
        now.book().set(own(now, flow.pathId()), now.sharing().grant(flow.pathId()));
      }
    }
  }

  private SortedMap<Integer, Long> allDemands(PathTable paths) {
    TreeMap<Integer, Long> demands = new TreeMap<>();
    peers.collect(demands);
    int count = paths.endpointCount();
    demands
        .keySet()
        .removeIf(
            pathId ->
                pathId < 0
                    || pathId / count >= count
                    || ownSource.test(pathId / count)
                    || !paths.connected(pathId / count, pathId % count));
    demands.putAll(ownDemands());
    return demands;
  }

  private SortedMap<Integer, Long> ownDemands() {
    TreeMap<Integer, Long> demands = new TreeMap<>();
    for (OwnFlow flow : ownFlows.values()) {
      if (flow.active()) {
        demands.put(flow.pathId(), flow.demand());
      }
    }
    return demands;
  }
}
