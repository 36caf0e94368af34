package io.kollaps.node.daemon;

import io.kollaps.cluster.state.Document;
import io.kollaps.topology.physical.PhysicalTopology;
import io.kollaps.topology.read.PhysicalReadResult;
import io.kollaps.topology.read.PhysicalTopologyReader;
import java.util.Optional;

/** An administrator's description of the physical network, as it lies in the replicated state. */
final class CapacityDescription {
  /** Room of the state. */
  static final String ROOM = "capacity-description";

  /** Name of the one document in it: the file's bytes. */
  static final String KEY = "topology";

  private CapacityDescription() {}

  /** What it says; empty when this version cannot read it, or it was taken back. */
  static Optional<PhysicalTopology> topology(Document document) {
    return PhysicalTopologyReader.read(document.content().toByteArray())
            instanceof PhysicalReadResult.Valid(PhysicalTopology topology)
        ? Optional.of(topology)
        : Optional.empty();
  }
}
