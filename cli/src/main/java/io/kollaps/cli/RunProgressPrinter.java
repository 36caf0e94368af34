package io.kollaps.cli;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.run.RunListener;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Shows a person what a run does: events as they happen, and once a second what the largest flows
 * get.
 */
final class RunProgressPrinter implements RunListener {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int MAX_FLOWS_SHOWN = 4;

  private final Output output;
  private final Map<String, Second> flows = new HashMap<>();
  private long nextNanos = SECOND_NANOS;

  private static final class Second {
    private double bits;
    private long granted;
  }

  RunProgressPrinter(Output output) {
    this.output = output;
  }

  @Override
  public synchronized void state(String what) {
    output.note("... " + what);
  }

  @Override
  public synchronized void event(EventRecord event) {
    output.note(
        String.format(
            Locale.ROOT,
            "%7.3f s  %s %s %s%s",
            event.actualNanos() / 1e9,
            event.kind(),
            event.subject(),
            event.detail(),
            event.failure().map(why -> " FAILED: " + why).orElse("")));
  }

  @Override
  public synchronized void flows(long atNanos, List<FlowSample> samples) {
    for (FlowSample sample : samples) {
      Second second =
          flows.computeIfAbsent(sample.from() + " -> " + sample.to(), f -> new Second());
      second.bits += sample.measuredBitsPerSecond() * (sample.intervalNanos() / 1e9);
      second.granted = sample.grantedBitsPerSecond();
    }
    if (atNanos >= nextNanos) {
      nextNanos = (atNanos / SECOND_NANOS + 1) * SECOND_NANOS;
      show(atNanos);
      flows.clear();
    }
  }

  private void show(long atNanos) {
    if (flows.isEmpty()) {
      return;
    }
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%7.1f s", atNanos / 1e9));
    flows.entrySet().stream()
        .sorted(Comparator.comparingDouble((Map.Entry<String, Second> e) -> -e.getValue().bits))
        .limit(MAX_FLOWS_SHOWN)
        .forEach(
            e ->
                line.append("  ")
                    .append(e.getKey())
                    .append(' ')
                    .append(Rates.format(e.getValue().bits))
                    .append(" of ")
                    .append(
                        e.getValue().granted == Long.MAX_VALUE
                            ? "unlimited"
                            : Rates.format((double) e.getValue().granted)));
    if (flows.size() > MAX_FLOWS_SHOWN) {
      line.append("  and ").append(flows.size() - MAX_FLOWS_SHOWN).append(" more");
    }
    output.note(line.toString());
  }
}
