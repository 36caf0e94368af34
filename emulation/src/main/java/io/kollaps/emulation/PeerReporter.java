package io.kollaps.emulation;

import io.kollaps.emulation.FlowReport.FlowDemand;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Decides what is told to the other parts: changes several times, and everything now and then. */
final class PeerReporter {
  private final int part;
  private final CoreSettings settings;
  private final TreeMap<Integer, Integer> timesToTell = new TreeMap<>();
  private long sequence;
  private long nextFullNanos = Long.MIN_VALUE;
  private long fullUntilNanos = Long.MIN_VALUE;

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
    return fullDue(nowNanos) || !timesToTell.isEmpty();
  }

  /** A flow's demand changed, or it ended. */
  void changed(int pathId) {
    timesToTell.put(pathId, settings.changeReports());
  }

  /**
   * What to tell now.
   *
   * @param demands demands of all own active flows by path id
   */
  Optional<FlowReport> report(long nowNanos, Map<Integer, Long> demands) {
    boolean changes = !timesToTell.isEmpty();
    List<FlowDemand> told = new ArrayList<>();
    if (!demands.isEmpty() || changes) {
      // Others learn from an empty report that all is over, even when the last changes were lost.
      fullUntilNanos = nowNanos + settings.peerExpiryNanos();
    }
    boolean full = fullDue(nowNanos);
    if (full) {
      nextFullNanos = nowNanos + settings.fullReportNanos();
      if (nowNanos >= fullUntilNanos) {
        return Optional.empty();
      }
      demands.forEach((path, demand) -> told.add(new FlowDemand(path, demand)));
    } else if (changes) {
      for (int path : timesToTell.keySet()) {
        told.add(new FlowDemand(path, demands.getOrDefault(path, 0L)));
      }
    } else {
      return Optional.empty();
    }
    countDown();
    return Optional.of(new FlowReport(part, ++sequence, full, told));
  }

  private void countDown() {
    for (Iterator<Map.Entry<Integer, Integer>> all = timesToTell.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Integer, Integer> one = all.next();
      if (one.getValue() <= 1) {
        all.remove();
      } else {
        one.setValue(one.getValue() - 1);
      }
    }
  }
}
