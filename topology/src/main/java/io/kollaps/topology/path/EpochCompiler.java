package io.kollaps.topology.path;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.Problem;
import io.kollaps.topology.Settings.Routing;
import io.kollaps.topology.TimelineEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows links and bridges through the timeline and makes an epoch of every instant after which
 * some link is not as before.
 *
 * <p>A link is away while it left itself or a bridge at one of its ends is away; changes of its
 * properties hold from when it is back.
 */
final class EpochCompiler {
  private final NetworkExpansion expansion;
  private final NetworkLayout layout;
  private final ActivePaths active;
  private final PathForest forest;
  private final List<Problem> problems;
  private final LinkProperties[] properties;
  private final BitSet made;
  private final BitSet left;
  private final BitSet nodesAway;
  private final BitSet touched;
  private final List<Epoch> epochs = new ArrayList<>();
  private LinkTable table;

  EpochCompiler(
      NetworkExpansion expansion,
      NetworkLayout layout,
      ActivePaths active,
      Routing routing,
      List<Problem> problems) {
    this.expansion = expansion;
    this.layout = layout;
    this.active = active;
    this.forest = new PathForest(layout, routing);
    this.problems = problems;
    int links = layout.linkCount();
    this.properties = expansion.properties().toArray(LinkProperties[]::new);
    this.made = new BitSet(links);
    this.left = new BitSet(links);
    this.nodesAway = new BitSet(layout.nodeCount());
    this.touched = new BitSet(links);
    this.table = LinkTable.allAway(links);
    for (int link = 0; link < links; link++) {
      made.set(link, expansion.declared(link));
    }
    touched.set(0, links);
  }

  /**
   * Compiles the timeline.
   *
   * @param timeline sorted by time
   * @return epochs in time order, the first at 0
   */
  List<Epoch> compile(List<TimelineEvent> timeline) {
    long now = 0;
    for (TimelineEvent event : timeline) {
      if (event.atNanos() != now) {
        close(now);
        now = event.atNanos();
      }
      apply(event);
    }
    close(now);
    return epochs;
  }

  private void apply(TimelineEvent event) {
    switch (event.action()) {
      case Action.LinkJoin join ->
          links(join.from(), join.to(), event).ifPresent(links -> join(links, join.change()));
      case Action.LinkLeave leave ->
          links(leave.from(), leave.to(), event).ifPresent(links -> leave(links, event));
      case Action.LinkSet set ->
          links(set.from(), set.to(), event).ifPresent(links -> set(links, set.change(), event));
      case Action.BridgeJoin join -> setBridge(join.bridge(), false, event);
      case Action.BridgeLeave leave -> setBridge(leave.bridge(), true, event);
      case Action.OnEndpoints _, Action.Stop _ -> {
        // These change no path.
      }
    }
  }

  private void join(int[] links, LinkChange change) {
    for (int link : links) {
      made.set(link);
      left.clear(link);
      properties[link] = change.applyTo(properties[link]);
      touched.set(link);
    }
  }

  private void leave(int[] links, TimelineEvent event) {
    if (exists(links, event)) {
      for (int link : links) {
        left.set(link);
        touched.set(link);
      }
    }
  }

  private void set(int[] links, LinkChange change, TimelineEvent event) {
    if (exists(links, event)) {
      for (int link : links) {
        properties[link] = change.applyTo(properties[link]);
        touched.set(link);
      }
    }
  }

  private boolean exists(int[] links, TimelineEvent event) {
    if (links.length == 0 || made.get(links[0])) {
      return true;
    }
    problems.add(
        new Problem(
            event.position(),
            "link "
                + layout.linkName(links[0])
                + " does not exist yet at "
                + Seconds.text(event.atNanos()),
            "declare it among the links, or let it join earlier"));
    return false;
  }

  private Optional<int[]> links(String from, String to, TimelineEvent event) {
    Optional<int[]> links = expansion.links(from, to);
    if (links.isEmpty()) {
      problems.add(
          new Problem(
              event.position(),
              "the event at "
                  + Seconds.text(event.atNanos())
                  + " names link "
                  + from
                  + "->"
                  + to
                  + ", which never exists",
              "declare it among the links, or correct the names"));
    }
    return links;
  }

  private void setBridge(String bridge, boolean away, TimelineEvent event) {
    Optional<Integer> node = expansion.bridgeNode(bridge);
    if (node.isEmpty()) {
      problems.add(
          new Problem(
              event.position(),
              "the event at " + Seconds.text(event.atNanos()) + " names unknown bridge " + bridge,
              "declare the bridge or correct the name"));
      return;
    }
    int changed = node.get();
    nodesAway.set(changed, away);
    for (int link = 0; link < layout.linkCount(); link++) {
      if (layout.from(link) == changed || layout.to(link) == changed) {
        touched.set(link);
      }
    }
  }

  private @Nullable LinkProperties effective(int link) {
    boolean away =
        !made.get(link)
            || left.get(link)
            || nodesAway.get(layout.from(link))
            || nodesAway.get(layout.to(link));
    return away ? null : properties[link];
  }

  private void close(long atNanos) {
    int[] changed =
        touched.stream()
            .filter(link -> !Objects.equals(effective(link), table.get(link)))
            .toArray();
    touched.clear();
    if (changed.length == 0 && !epochs.isEmpty()) {
      return;
    }
    @Nullable LinkProperties[] values = new LinkProperties[changed.length];
    long[] latencies = new long[changed.length];
    for (int i = 0; i < changed.length; i++) {
      LinkProperties value = effective(changed[i]);
      values[i] = value;
      latencies[i] = value == null ? TreeBuilder.AWAY : value.latencyNanos();
    }
    table = table.with(changed, values);
    PathTree[] trees = forest.update(changed, latencies);
    epochs.add(new Epoch(atNanos, new CollapsedPaths(layout, active, table, trees)));
  }
}
