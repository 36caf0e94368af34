package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of the map is safe in the replicated state, and the write that is under way. */
final class MapLedger {
  private Map<String, CapacityRecord> written = new LinkedHashMap<>();
  private @Nullable Map<String, CapacityRecord> target;
  private long number;

  MapLedger(Collection<CapacityRecord> records) {
    records.forEach(record -> written.put(record.key(), record));
  }

  boolean writing() {
    return target != null;
  }

  /** True when the node's record is safe. */
  boolean has(NodeId node) {
    return written.containsKey(CapacityRecord.OfNode.keyOf(node));
  }

  /** Begins a write of what differs; empty when nothing does. */
  Optional<LeaderCommand.Write> write(CapacityRecords.Known network) {
    if (target != null) {
      throw new IllegalStateException("a write is under way");
    }
    Map<String, CapacityRecord> next =
        CapacityRecords.of(network, CapacityRecords.order(written.values()));
    List<CapacityRecord> added = new ArrayList<>();
    List<CapacityRecord> changed = new ArrayList<>();
    next.forEach(
        (key, record) -> {
          CapacityRecord before = written.get(key);
          if (before == null) {
            added.add(record);
          } else if (!before.equals(record)) {
            changed.add(record);
          }
        });
    List<String> removed = written.keySet().stream().filter(key -> !next.containsKey(key)).toList();
    if (added.isEmpty() && changed.isEmpty() && removed.isEmpty()) {
      return Optional.empty();
    }
    target = next;
    number++;
    // a new level joins nothing before what hangs below it is moved, and counts from then on
    added.addAll(changed);
    return Optional.of(new LeaderCommand.Write(number, added, removed));
  }

  /** True when this was the write under way. */
  boolean written(long write) {
    Map<String, CapacityRecord> next = target;
    if (next == null || write != number) {
      return false;
    }
    written = next;
    target = null;
    return true;
  }
}
