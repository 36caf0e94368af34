package io.kollaps.node.control.simulate;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RunDocuments;
import io.kollaps.node.control.RunRecord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What really happened, seen from outside, and what must never happen. */
final class Truth {
  private final World world;
  private final boolean nothingLost;
  private final Map<NodeId, Set<PartKey>> parts = new TreeMap<>();
  private final Map<PartKey, Start> starts = new HashMap<>();
  private final Map<RunId, RunRecord> records = new LinkedHashMap<>();
  private final Map<RunId, Long> endedAtNanos = new HashMap<>();
  private final Map<String, RunId> runOfRequest = new HashMap<>();
  private final Map<RunId, Long> versions = new HashMap<>();
  private int partsMade;

  /** The start of an attempt: the instant by name, and when parts really started. */
  private record Start(String instant, long firstNanos, long boundNanos) {}

  /**
   * Nothing has happened yet.
   *
   * @param nothingLost whether no node with parts is ever given up: then no part is made of a run
   *     whose end is on record, not even for an instant
   */
  Truth(World world, boolean nothingLost) {
    this.world = world;
    this.nothingLost = nothingLost;
  }

  void made(NodeId node, PartKey key) {
    partsMade++;
    world.demand(
        !nothingLost || !endedAtNanos.containsKey(key.run()),
        () -> node + " makes " + key + ", whose run has ended");
    Set<PartKey> here = parts.computeIfAbsent(node, _ -> new TreeSet<>());
    for (PartKey other : here) {
      world.demand(
          !other.run().equals(key.run()),
          () -> node + " makes " + key + " while it still has " + other);
    }
    here.add(key);
  }

  void gone(NodeId node, PartKey key) {
    parts.computeIfAbsent(node, _ -> new TreeSet<>()).remove(key);
  }

  void crashed(NodeId node) {
    parts.remove(node);
  }

  Map<NodeId, Set<PartKey>> parts() {
    return parts;
  }

  int partsMade() {
    return partsMade;
  }

  int startedAttempts() {
    return starts.size();
  }

  /** A part is told to start. */
  void starts(NodeId node, PartKey key, String instant, long trueNanos, long boundNanos) {
    Start first = starts.putIfAbsent(key, new Start(instant, trueNanos, boundNanos));
    if (first != null) {
      world.demand(
          first.instant.equals(instant),
          () ->
              node + " starts " + key + " at " + instant + ", another part at " + first.instant());
      long apart = Math.abs(first.firstNanos - trueNanos);
      world.demand(
          apart <= first.boundNanos + boundNanos,
          () -> "the parts of " + key + " start " + apart + " ns apart");
    }
  }

  /** The replicated state is another one. */
  void decided(ControlState state) {
    Map<Integer, RunId> networks = new HashMap<>();
    for (Document document :
        state.documents().tailMap(new Document.Key(RunDocuments.ROOM, "")).values()) {
      if (!document.room().equals(RunDocuments.ROOM)) {
        break;
      }
      RunRecord record;
      try {
        RunId run = new RunId(document.key());
        record =
            Long.valueOf(document.version()).equals(versions.put(run, document.version()))
                ? records.get(run)
                : RunDocuments.decode(document.content());
      } catch (UnknownFormatException e) {
        throw new IllegalStateException(e);
      }
      if (record == null) {
        continue;
      }
      check(record);
      if (!record.phase().ended() && record.vni() > 0) {
        RunId other = networks.put(record.vni(), record.run());
        world.demand(
            other == null, () -> other + " and " + record.run() + " have one network identifier");
      }
    }
  }

  private void check(RunRecord record) {
    RunRecord before = records.put(record.run(), record);
    if (record.equals(before)) {
      return;
    }
    RunId same = runOfRequest.putIfAbsent(record.request(), record.run());
    world.demand(
        same == null || same.equals(record.run()),
        () -> "request " + record.request() + " has two runs: " + same + " and " + record.run());
    if (before != null) {
      world.demand(
          !before.phase().ended() || before.equals(record),
          () -> record.run() + " ended twice: " + before + " and " + record);
      world.demand(
          record.attempt() >= before.attempt(),
          () -> record.run() + " went back to attempt " + record.attempt());
    }
    if (record.phase().ended()) {
      endedAtNanos.putIfAbsent(record.run(), world.nowNanos());
    }
  }

  /** Looks at what is there at this instant. */
  void checkNow() {
    parts.forEach(
        (node, keys) ->
            keys.forEach(
                key ->
                    world.demand(
                        records.containsKey(key.run()),
                        () -> node + " has " + key + ", and nothing is on record")));
  }

  Optional<RunRecord> record(RunId run) {
    return Optional.ofNullable(records.get(run));
  }

  Map<RunId, RunRecord> records() {
    return records;
  }

  Optional<Long> endedAtNanos(RunId run) {
    return Optional.ofNullable(endedAtNanos.get(run));
  }
}
