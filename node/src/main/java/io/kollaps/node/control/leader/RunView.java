package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunRecord;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run as the leader sees it now.
 *
 * @param record what is known of it, with the phase of this moment; while it ends, with the reason
 *     too
 * @param parts what its nodes last said of their parts; without those that have not said anything
 */
public record RunView(RunRecord record, Map<NodeId, PartState> parts) {
  /** Copies the map. */
  public RunView {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
  }
}
