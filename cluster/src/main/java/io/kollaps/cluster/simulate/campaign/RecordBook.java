package io.kollaps.cluster.simulate.campaign;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.join.CapacityRecord;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Encodes records as their number in a book: the codec is not what is played here. */
final class RecordBook {
  private final List<CapacityRecord> records = new ArrayList<>();

  ByteString write(CapacityRecord record) {
    records.add(record);
    return ByteString.copyFrom(
        ByteBuffer.allocate(Integer.BYTES).putInt(records.size() - 1).array());
  }

  CapacityRecord read(ByteString content) {
    return records.get(content.asReadOnlyByteBuffer().getInt());
  }

  /** The records that a state holds. */
  List<CapacityRecord> of(ControlState state) {
    List<CapacityRecord> found = new ArrayList<>();
    for (Document document : state.documents().values()) {
      if (document.room().equals(CapacityRecord.ROOM)) {
        found.add(read(document.content()));
      }
    }
    return found;
  }
}
