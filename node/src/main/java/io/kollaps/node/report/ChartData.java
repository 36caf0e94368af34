package io.kollaps.node.report;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.HealthSample;
import io.kollaps.node.results.ResultsReader;
import io.kollaps.node.results.RunObservations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the page's charts draw, of a bounded size whatever the length of the run. */
final class ChartData {
  /** Flows with a chart, the biggest first; all others are in the table and in flows.csv. */
  static final int MAX_CHARTED_FLOWS = 200;

  /** Points of all charted flows together. */
  static final int MAX_POINTS = 60_000;

  /** Points of one flow at most: more than a chart has pixels says nothing. */
  static final int MAX_POINTS_PER_FLOW = 600;

  /** Events marked in the charts; all are in the table up to its own bound. */
  static final int MAX_MARKED_EVENTS = 500;

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final ObjectNode json = MAPPER.createObjectNode();

  private ChartData() {}

  private record Key(String from, String to) {}

  /**
   * Reads a folder's samples.
   *
   * @return a JSON text that is inert inside a script element: without {@code <}, {@code >}, {@code
   *     &} and line separators
   * @throws IOException when the samples cannot be read
   */
  static String read(Path folder, RunObservations seen) throws IOException {
    ChartData data = new ChartData();
    double duration = Math.max(seen.durationNanos(), 1);
    data.json.put("duration_s", duration / 1e9);
    data.flows(folder, seen.flows(), (long) duration);
    data.events(seen.events());
    data.health(folder, (long) duration);
    return inert(MAPPER.writeValueAsString(data.json));
  }

  /** JSON stays the same: those characters only stand in strings, where they may be escaped. */
  static String inert(String json) {
    StringBuilder safe = new StringBuilder(json.length() + 64);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
        safe.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }

  private void flows(Path folder, List<FlowSummary> biggestFirst, long durationNanos)
      throws IOException {
    List<FlowSummary> charted =
        biggestFirst.subList(0, Math.min(MAX_CHARTED_FLOWS, biggestFirst.size()));
    int buckets = Math.min(MAX_POINTS_PER_FLOW, MAX_POINTS / Math.max(1, charted.size()));
    long[] span = {durationNanos, 1};
    ResultsReader.flows(
        folder,
        sample -> {
          span[0] = Math.max(span[0], sample.endNanos());
          span[1] = Math.max(span[1], sample.intervalNanos());
        });
    // A bucket no narrower than an interval: else its mean would pretend a resolution of none.
    long width = Math.max(span[1], (span[0] + buckets - 1) / buckets);
    int used = (int) Math.max(1, (span[0] + width - 1) / width);
    Map<Key, Series> series = new HashMap<>();
    charted.forEach(f -> series.put(new Key(f.from(), f.to()), new Series(used, width)));
    ResultsReader.flows(folder, sample -> addTo(series, sample));
    json.put("bucket_s", width / 1e9);
    ArrayNode array = json.putArray("flows");
    for (FlowSummary flow : charted) {
      Series one = series.get(new Key(flow.from(), flow.to()));
      if (one != null) {
        flow(array.addObject(), flow, one);
      }
    }
  }

  private static void addTo(Map<Key, Series> series, FlowSample sample) {
    @Nullable Series one = series.get(new Key(sample.from(), sample.to()));
    if (one != null) {
      one.add(sample);
    }
  }

  private static void flow(ObjectNode node, FlowSummary flow, Series series) {
    int first = 0;
    int end = series.buckets();
    while (first < end && !series.active(first)) {
      first++;
    }
    while (end > first && !series.active(end - 1)) {
      end--;
    }
    node.put("from", flow.from());
    node.put("to", flow.to());
    node.put("first", first);
    IntPredicate active = series::active;
    array(node, "mean", first, end, active, series::measuredMean);
    array(node, "min", first, end, active, series::measuredMin);
    array(node, "max", first, end, active, series::measuredMax);
    array(node, "share", first, end, active, series::granted);
    array(node, "share_min", first, end, active, series::grantedMin);
    array(node, "share_max", first, end, active, series::grantedMax);
  }

  private static void array(
      ObjectNode node,
      String name,
      int first,
      int end,
      IntPredicate active,
      IntToLongFunction value) {
    ArrayNode array = node.putArray(name);
    for (int i = first; i < end; i++) {
      if (active.test(i)) {
        array.add(value.applyAsLong(i));
      } else {
        array.addNull();
      }
    }
  }

  private void events(List<EventRecord> events) {
    ArrayNode array = json.putArray("events");
    for (EventRecord event : events.subList(0, Math.min(MAX_MARKED_EVENTS, events.size()))) {
      ObjectNode node = array.addObject();
      node.put("t", event.actualNanos() / 1e9);
      node.put("label", event.subject() + " " + event.kind());
      node.put("failed", event.failure().isPresent());
    }
  }

  /** Keeps the worst of each bucket: the least idle, the most stolen, the busiest fabric. */
  private void health(Path folder, long durationNanos) throws IOException {
    double[][] worst = new double[MAX_POINTS_PER_FLOW][];
    long width = Math.max(1, durationNanos / MAX_POINTS_PER_FLOW + 1);
    ResultsReader.health(folder, sample -> worse(worst, width, sample));
    ObjectNode node = json.putObject("health");
    ArrayNode times = node.putArray("t");
    ArrayNode busy = node.putArray("busy");
    ArrayNode steal = node.putArray("steal");
    ArrayNode fabric = node.putArray("fabric");
    for (double[] bucket : worst) {
      if (bucket != null) {
        times.add(bucket[0]);
        busy.add(percent(bucket[1]));
        steal.add(percent(bucket[2]));
        fabric.add(percent(bucket[3]));
      }
    }
  }

  private static void worse(double[][] worst, long width, HealthSample sample) {
    int index = Math.clamp(sample.endNanos() / width, 0, worst.length - 1);
    double busy = 1 - sample.hostIdleShare();
    double[] before = worst[index] == null ? new double[4] : worst[index];
    worst[index] =
        new double[] {
          sample.endNanos() / 1e9,
          Math.max(before[1], busy),
          Math.max(before[2], sample.hostStealShare()),
          Math.max(before[3], sample.fabricBusyShare())
        };
  }

  private static double percent(double share) {
    return Math.round(share * 1000) / 10.0;
  }
}
