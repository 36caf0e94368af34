package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.Statistics;
import io.kollaps.node.results.FlowSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Reads shares, steadiness and settle times out of the samples of a run. Pure. */
final class SharingAnalysis {
  /** Grants count as settled when each is this near to what is expected. */
  static final double SETTLED_PERCENT = 0.5;

  private static final long RECEIVED_NANOS = 2_000_000_000L;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double PERCENT = 100;

  private final List<Interval> intervals;

  /**
   * What all active flows did in one interval.
   *
   * @param beginNanos offset of its begin
   * @param endNanos offset of its end
   * @param flows by name {@code from:to}
   */
  record Interval(long beginNanos, long endNanos, Map<String, FlowSample> flows) {
    Interval {
      flows = Map.copyOf(flows);
    }

    boolean has(String flow) {
      return flows.containsKey(flow);
    }
  }

  /** An analysis of intervals in time order. */
  SharingAnalysis(List<Interval> intervals) {
    this.intervals = List.copyOf(intervals);
  }

  /**
   * One row for each flow that is expected in the step. Grants and what was received count only
   * over the time in which of the watched flows exactly those of the step ran: one that begins a
   * little late or ends a little early is no error of the shares.
   *
   * @param watched all flows that matter in any step
   */
  List<SharingRow> rows(SharingStep step, Set<String> watched) {
    OptionalInt change = changeSeen(step);
    OptionalInt settled = change.isPresent() ? settled(step, change.getAsInt()) : change;
    Double settleMillis = null;
    if (change.isPresent() && settled.isPresent()) {
      long from = intervals.get(change.getAsInt()).beginNanos();
      settleMillis = (intervals.get(settled.getAsInt()).beginNanos() - from) / NANOS_PER_MILLI;
    }
    long steadyFrom =
        settled.isPresent()
            ? intervals.get(settled.getAsInt()).beginNanos()
            : (step.beginNanos() + step.endNanos()) / 2;
    long receivedFrom =
        Math.max((step.beginNanos() + step.endNanos()) / 2, step.endNanos() - RECEIVED_NANOS);
    SharingAnalysis exactly = new SharingAnalysis(whileExactly(step.expected().keySet(), watched));
    List<SharingRow> rows = new ArrayList<>();
    for (Map.Entry<String, Double> flow : step.expected().entrySet()) {
      rows.add(
          exactly.row(
              step, flow.getKey(), flow.getValue(), steadyFrom, receivedFrom, settleMillis));
    }
    return rows;
  }

  /**
   * The intervals in which of the watched flows exactly the wanted ones ran. A flow runs from its
   * first to its last data; those two intervals it fills only in part, so they count neither as
   * time with it nor as time without it. Silence between them is part of its run.
   */
  private List<Interval> whileExactly(Set<String> wanted, Set<String> watched) {
    List<Interval> found = new ArrayList<>(intervals);
    for (String flow : watched) {
      long first = Long.MAX_VALUE;
      long last = Long.MIN_VALUE;
      for (Interval interval : intervals) {
        if (interval.has(flow)) {
          first = Math.min(first, interval.beginNanos());
          last = interval.beginNanos();
        }
      }
      long from = first;
      long to = last;
      boolean runs = wanted.contains(flow);
      found.removeIf(
          i ->
              runs
                  ? i.beginNanos() <= from || i.beginNanos() >= to
                  : i.beginNanos() >= from && i.beginNanos() <= to);
    }
    return found;
  }

  /** What a flow was granted in each interval of a stretch in which it had traffic. */
  double[] granted(String flow, long fromNanos, long toNanos) {
    return values(flow, fromNanos, toNanos, s -> s.grantedBitsPerSecond());
  }

  private SharingRow row(
      SharingStep step,
      String flow,
      double expected,
      long steadyFrom,
      long receivedFrom,
      @Nullable Double settleMillis) {
    double[] granted = granted(flow, steadyFrom, step.endNanos());
    double mean = Statistics.mean(granted);
    double received = received(flow, receivedFrom, step.endNanos());
    return new SharingRow(
        step.number(),
        flow,
        step.limited().contains(flow),
        expected,
        mean,
        mean > 0 ? PERCENT * Statistics.deviation(granted) / mean : 0,
        received,
        Statistics.errorPercent(received, expected),
        settleMillis);
  }

  private double[] values(
      String flow, long fromNanos, long toNanos, ToDoubleFunction<FlowSample> value) {
    return intervals.stream()
        .filter(within(fromNanos, toNanos))
        .filter(i -> i.has(flow))
        .mapToDouble(i -> value.applyAsDouble(i.flows().get(flow)))
        .toArray();
  }

  /**
   * Mean of what passed of a flow in a stretch, in bits per second. Intervals without a sample of
   * the flow are intervals without traffic: they count as 0.
   */
  double received(String flow, long fromNanos, long toNanos) {
    double bits = 0;
    double nanos = 0;
    for (Interval interval : intervals) {
      if (within(fromNanos, toNanos).test(interval)) {
        double length = interval.endNanos() - interval.beginNanos();
        FlowSample sample = interval.flows().get(flow);
        bits += sample == null ? 0 : sample.measuredBitsPerSecond() * length;
        nanos += length;
      }
    }
    return nanos > 0 ? bits / nanos : 0;
  }

  private static Predicate<Interval> within(long fromNanos, long toNanos) {
    return interval -> interval.beginNanos() >= fromNanos && interval.endNanos() <= toNanos;
  }

  /** The first interval with traffic of who came, or without any of who went. */
  private OptionalInt changeSeen(SharingStep step) {
    for (int i = 0; i < intervals.size(); i++) {
      Interval interval = intervals.get(i);
      if (within(step.beginNanos(), step.endNanos()).test(interval)
          && interval.has(step.changed()) == step.came()) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private OptionalInt settled(SharingStep step, int from) {
    for (int i = from; i < intervals.size(); i++) {
      Interval interval = intervals.get(i);
      if (interval.endNanos() > step.endNanos()) {
        return OptionalInt.empty();
      }
      if (step.expected().entrySet().stream().allMatch(e -> settled(interval, step, e))) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private static boolean settled(
      Interval interval, SharingStep step, Map.Entry<String, Double> expected) {
    FlowSample sample = interval.flows().get(expected.getKey());
    if (sample == null) {
      return false;
    }
    double error =
        Statistics.errorPercent((double) sample.grantedBitsPerSecond(), expected.getValue());
    return step.limited().contains(expected.getKey())
        ? error >= -SETTLED_PERCENT
        : Math.abs(error) <= SETTLED_PERCENT;
  }
}
