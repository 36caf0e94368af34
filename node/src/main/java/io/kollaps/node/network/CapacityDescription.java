package io.kollaps.node.network;

import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.topology.physical.PhysicalTopology;
import io.kollaps.topology.read.PhysicalReadResult;
import io.kollaps.topology.read.PhysicalTopologyReader;
import java.util.Optional;

/** An administrator's description of the physical network, as it lies in the replicated state. */
public final class CapacityDescription {
  /** Room of the state. */
  public static final String ROOM = "capacity-description";

  /** Name of the one document in it: the file's bytes. */
  public static final String KEY = "topology";

  private CapacityDescription() {}

  /** The document that holds it. */
  public static Optional<Document> document(ControlState state) {
    return Optional.ofNullable(state.documents().get(new Document.Key(ROOM, KEY)));
  }

  /** What a document says; empty when this version cannot read it, or it was taken back. */
  public static Optional<PhysicalTopology> topology(Document document) {
    return PhysicalTopologyReader.read(document.content().toByteArray())
            instanceof PhysicalReadResult.Valid(PhysicalTopology topology)
        ? Optional.of(topology)
        : Optional.empty();
  }

  /** The description in a state. */
  public static Optional<PhysicalTopology> in(ControlState state) {
    return document(state).flatMap(CapacityDescription::topology);
  }
}
