package io.kollaps.emulation;

import io.kollaps.emulation.FlowReport.FlowDemand;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the other parts said about their flows. Reports may be lost, repeated and reordered: each
 * flow remembers the number of the report that set it last, and each range of path ids the number
 * of the last report that was complete there. So whatever arrives, and in whichever order, the
 * newest word on each flow holds.
 */
final class PeerFlowTable {
  /** What one part said. */
  private static final class Part {
    private long newest = Long.MIN_VALUE;
    private long heardNanos = Long.MIN_VALUE;
    private final CompleteRanges complete = new CompleteRanges();
    private final Map<Integer, Word> words = new HashMap<>();
  }

  /** The newest word on a flow: a demand of 0 means that it ended. */
  private record Word(long sequence, long demand) {}

  private final Map<Integer, Part> parts = new TreeMap<>();

  /**
   * Takes over a report.
   *
   * @return true when it changed anything
   */
  boolean take(long nowNanos, FlowReport report) {
    Part part = parts.computeIfAbsent(report.part(), number -> new Part());
    if (report.sequence() > part.newest) {
      // What was sent before something that came says nothing about whether the part still lives.
      part.newest = report.sequence();
      part.heardNanos = Math.max(part.heardNanos, nowNanos);
    }
    boolean changed = false;
    for (FlowDemand flow : report.flows()) {
      Word before = part.words.get(flow.pathId());
      if ((before == null || before.sequence() < report.sequence())
          && part.complete.newest(flow.pathId()) < report.sequence()) {
        part.words.put(flow.pathId(), new Word(report.sequence(), flow.demandBitsPerSecond()));
        changed |= (before == null ? 0 : before.demand()) != flow.demandBitsPerSecond();
      }
    }
    if (report.completes()) {
      changed |= dropOlder(part, report);
      part.complete.add(report.completeFrom(), report.completeTo(), report.sequence());
    }
    return changed;
  }

  /** Drops what a report does not name where it is complete, but for what newer reports said. */
  private static boolean dropOlder(Part part, FlowReport report) {
    Set<Integer> named = new HashSet<>();
    for (FlowDemand flow : report.flows()) {
      named.add(flow.pathId());
    }
    boolean changed = false;
    for (Iterator<Map.Entry<Integer, Word>> all = part.words.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Integer, Word> one = all.next();
      int path = one.getKey();
      if (path >= report.completeFrom()
          && path < report.completeTo()
          && one.getValue().sequence() < report.sequence()
          && !named.contains(path)) {
        changed |= one.getValue().demand() != 0;
        all.remove();
      }
    }
    return changed;
  }

  /** Forgets a part; true when it had flows. */
  boolean remove(int number) {
    Part part = parts.remove(number);
    return part != null && part.words.values().stream().anyMatch(word -> word.demand() != 0);
  }

  /** Forgets the parts that said nothing for too long; true when one of them had flows. */
  boolean expire(long nowNanos, long afterNanos) {
    boolean changed = false;
    for (Part part : parts.values()) {
      if (!part.words.isEmpty() && nowNanos - part.heardNanos > afterNanos) {
        changed |= part.words.values().stream().anyMatch(word -> word.demand() != 0);
        // The numbers stay: a report that was sent before may still be on its way.
        part.words.clear();
        part.complete.add(0, FlowReport.ALL, part.newest);
      }
    }
    return changed;
  }

  /** Adds the flows of all parts to a map from path id to demand. */
  void collect(Map<Integer, Long> demands) {
    for (Part part : parts.values()) {
      for (Map.Entry<Integer, Word> word : part.words.entrySet()) {
        if (word.getValue().demand() > 0) {
          demands.putIfAbsent(word.getKey(), word.getValue().demand());
        }
      }
    }
  }
}
