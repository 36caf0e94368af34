package io.kollaps.emulation;

import io.kollaps.emulation.FlowReport.FlowDemand;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides what is told to the other parts, and when: changes several times, and everything now and
 * then. A datagram costs far more than a flow in it, so every report carries all that is still to
 * be told, and what can wait does: that a flow began, ended, wants all it can get or no longer all,
 * is told at once, unless there was a report just before; another number waits a little, for others
 * to travel with. So whatever flows do, reports are at least {@link
 * CoreSettings#reportSpacingNanos} apart.
 */
final class PeerReporter {
  /** Longer than any run. */
  private static final long FOREVER = Long.MAX_VALUE / 2;

  private final int part;
  private final CoreSettings settings;
  private final TreeMap<Integer, Telling> telling = new TreeMap<>();
  private long sequence;
  private long nextFullNanos = Long.MIN_VALUE;
  private long fullUntilNanos = Long.MIN_VALUE;
  private long nextNanos = FOREVER;
  private long earliestNanos = Long.MIN_VALUE;

  /** How often a flow is still to be told, and whether more than a number changed. */
  private record Telling(int times, boolean urgent) {}

  PeerReporter(int part, CoreSettings settings) {
    this.part = part;
    this.settings = settings;
  }

  /** True when all flows are to be told now. */
  boolean fullDue(long nowNanos) {
    return nowNanos >= nextFullNanos;
  }

  /** True when {@link #report} has something to decide now. */
  boolean due(long nowNanos) {
    return fullDue(nowNanos) || nowNanos >= nextNanos;
  }

  /** A flow began, ended, wants all or no longer all, at this time. */
  void changed(long nowNanos, int pathId) {
    telling.put(pathId, new Telling(settings.changeReports(), true));
    nextNanos = Math.min(nextNanos, Math.max(nowNanos, earliestNanos));
  }

  /** A flow wants another number. */
  void changedNumber(long nowNanos, int pathId) {
    Telling before = telling.get(pathId);
    boolean urgent = before != null && before.urgent();
    telling.put(pathId, new Telling(settings.changeReports(), urgent));
    nextNanos = Math.min(nextNanos, nowNanos + settings.numberDelayNanos());
  }

  /**
   * What to tell now.
   *
   * @param demands demands of all own active flows by path id
   */
  Optional<FlowReport> report(long nowNanos, Map<Integer, Long> demands) {
    boolean changes = !telling.isEmpty();
    if (!demands.isEmpty() || changes) {
      // Others learn from an empty report that all is over, even when the last changes were lost.
      fullUntilNanos = nowNanos + settings.peerExpiryNanos();
    }
    List<FlowDemand> told = new ArrayList<>();
    boolean full = fullDue(nowNanos);
    if (full) {
      nextFullNanos = nowNanos + settings.fullReportNanos();
      if (nowNanos >= fullUntilNanos) {
        return Optional.empty();
      }
      demands.forEach((path, demand) -> told.add(new FlowDemand(path, demand)));
    } else if (changes) {
      for (int path : telling.keySet()) {
        told.add(new FlowDemand(path, demands.getOrDefault(path, 0L)));
      }
    } else {
      return Optional.empty();
    }
    countDown();
    earliestNanos = nowNanos + settings.reportSpacingNanos();
    nextNanos = nowNanos + untilRepeat();
    sequence++;
    return Optional.of(
        full ? FlowReport.full(part, sequence, told) : FlowReport.changes(part, sequence, told));
  }

  /** Time until what is pending is told again; for ever when nothing is. */
  private long untilRepeat() {
    if (telling.isEmpty()) {
      return FOREVER;
    }
    return telling.values().stream().anyMatch(Telling::urgent)
        ? Math.max(settings.changeRepeatNanos(), settings.reportSpacingNanos())
        : Math.max(settings.numberDelayNanos(), settings.reportSpacingNanos());
  }

  private void countDown() {
    for (Iterator<Map.Entry<Integer, Telling>> all = telling.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Integer, Telling> one = all.next();
      Telling left = one.getValue();
      if (left.times() <= 1) {
        all.remove();
      } else {
        one.setValue(new Telling(left.times() - 1, left.urgent()));
      }
    }
  }
}
