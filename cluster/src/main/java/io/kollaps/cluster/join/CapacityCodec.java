package io.kollaps.cluster.join;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.generated.CapacityDocument;
import io.kollaps.cluster.generated.CapacityLevel;
import io.kollaps.cluster.generated.CapacityNode;
import io.kollaps.cluster.generated.CapacityProbeMessage;
import io.kollaps.cluster.generated.InferredDirections;
import io.kollaps.cluster.generated.NodePairMessage;
import io.kollaps.cluster.generated.PathQualityMessage;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.UnknownFormatException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Bytes of the map's records, as they lie in the room {@link CapacityRecord#ROOM}. */
public final class CapacityCodec {
  /** Format that is written; every format from 1 to it can be read. */
  public static final int FORMAT = 1;

  private CapacityCodec() {}

  /** Bytes of a record. */
  public static ByteString encode(CapacityRecord record) {
    CapacityDocument.Builder document = CapacityDocument.newBuilder().setFormat(FORMAT);
    switch (record) {
      case CapacityRecord.OfNode node -> document.setNode(encode(node));
      case CapacityRecord.OfLevel level -> document.setLevel(encode(level));
    }
    return document.build().toByteString();
  }

  private static CapacityNode.Builder encode(CapacityRecord.OfNode node) {
    CapacityNode.Builder message =
        CapacityNode.newBuilder()
            .setId(node.profile().id().value())
            .setOrder(node.order())
            .setPlacedAtNanos(node.placedAtNanos());
    node.profile().nicBitsPerSecond().ifPresent(message::setNicBitsPerSecond);
    node.profile()
        .address()
        .ifPresent(address -> message.setAddress(ByteString.copyFrom(address.getAddress())));
    node.level().ifPresent(message::setLevel);
    node.probes().forEach(probe -> message.addProbes(encode(probe)));
    for (CapacityRecord.Inferred each : node.directions()) {
      InferredDirections.Builder directions =
          InferredDirections.newBuilder().setWith(each.with().value());
      each.towardsBitsPerSecond().ifPresent(directions::setTowardsBitsPerSecond);
      each.fromBitsPerSecond().ifPresent(directions::setFromBitsPerSecond);
      message.addDirections(directions);
    }
    node.unseen().forEach(other -> message.addUnseen(other.value()));
    return message;
  }

  private static CapacityProbeMessage encode(CapacityRecord.Probe probe) {
    CapacityProbeMessage.Builder message =
        CapacityProbeMessage.newBuilder()
            .setWith(probe.with().value())
            .setForwardBitsPerSecond(probe.measured().forwardBitsPerSecond())
            .setBackwardBitsPerSecond(probe.measured().backwardBitsPerSecond())
            .setAtNanos(probe.measured().atNanos());
    probe.quality().ifPresent(quality -> message.setQuality(encode(quality)));
    return message.build();
  }

  static PathQualityMessage encode(PathQuality quality) {
    return PathQualityMessage.newBuilder()
        .setRoundTripNanos(quality.roundTripNanos())
        .setJitterNanos(quality.jitterNanos())
        .setLoss(quality.loss())
        .build();
  }

  private static CapacityLevel.Builder encode(CapacityRecord.OfLevel record) {
    Level level = record.level();
    CapacityLevel.Builder message =
        CapacityLevel.newBuilder()
            .setId(level.id())
            .setMeanBitsPerSecond(level.meanBitsPerSecond())
            .setLowBitsPerSecond(level.lowBitsPerSecond())
            .setHighBitsPerSecond(level.highBitsPerSecond())
            .setSamples(level.samples())
            .setAsymmetric(level.asymmetric())
            .setSampledAtNanos(level.sampledAtNanos());
    record.parent().ifPresent(message::setParent);
    for (NodePair pair : level.basis()) {
      message.addBasis(
          NodePairMessage.newBuilder()
              .setFirst(pair.first().value())
              .setSecond(pair.second().value()));
    }
    record.confirmed().forEach(node -> message.addConfirmed(node.value()));
    return message;
  }

  /**
   * Reads a record.
   *
   * @throws UnknownFormatException when a newer version of Kollaps wrote it, or nobody did
   */
  public static CapacityRecord decode(ByteString bytes) throws UnknownFormatException {
    try {
      CapacityDocument document = CapacityDocument.parseFrom(bytes);
      if (document.getFormat() < 1 || document.getFormat() > FORMAT) {
        throw new UnknownFormatException(
            "a record of the capacity map has format "
                + document.getFormat()
                + ", this version of Kollaps reads 1 to "
                + FORMAT
                + "; use the version of the other nodes");
      }
      return switch (document.getRecordCase()) {
        case NODE -> decode(document.getNode());
        case LEVEL -> decode(document.getLevel());
        case RECORD_NOT_SET ->
            throw new UnknownFormatException("a record of the capacity map holds nothing");
      };
    } catch (InvalidProtocolBufferException | UnknownHostException | IllegalArgumentException e) {
      throw new UnknownFormatException(
          "a record of the capacity map cannot be read: " + e.getMessage());
    }
  }

  private static CapacityRecord decode(CapacityNode message) throws UnknownHostException {
    Optional<InetAddress> address =
        message.getAddress().isEmpty()
            ? Optional.empty()
            : Optional.of(InetAddress.getByAddress(message.getAddress().toByteArray()));
    return new CapacityRecord.OfNode(
        message.getOrder(),
        new NodeProfile(
            new NodeId(message.getId()),
            optional(message.hasNicBitsPerSecond(), message.getNicBitsPerSecond()),
            address),
        optional(message.hasLevel(), message.getLevel()),
        message.getPlacedAtNanos(),
        message.getProbesList().stream().map(CapacityCodec::decode).toList(),
        message.getDirectionsList().stream()
            .map(
                each ->
                    new CapacityRecord.Inferred(
                        new NodeId(each.getWith()),
                        optional(each.hasTowardsBitsPerSecond(), each.getTowardsBitsPerSecond()),
                        optional(each.hasFromBitsPerSecond(), each.getFromBitsPerSecond())))
            .toList(),
        message.getUnseenList().stream().map(NodeId::new).toList());
  }

  private static CapacityRecord.Probe decode(CapacityProbeMessage probe) {
    return new CapacityRecord.Probe(
        new NodeId(probe.getWith()),
        new Measurement(
            probe.getForwardBitsPerSecond(), probe.getBackwardBitsPerSecond(), probe.getAtNanos()),
        probe.hasQuality() ? Optional.of(decode(probe.getQuality())) : Optional.empty());
  }

  static PathQuality decode(PathQualityMessage quality) {
    return new PathQuality(
        quality.getRoundTripNanos(), quality.getJitterNanos(), quality.getLoss());
  }

  private static CapacityRecord decode(CapacityLevel message) {
    return new CapacityRecord.OfLevel(
        optional(message.hasParent(), message.getParent()),
        new Level(
            message.getId(),
            OptionalInt.empty(),
            message.getMeanBitsPerSecond(),
            message.getLowBitsPerSecond(),
            message.getHighBitsPerSecond(),
            message.getSamples(),
            message.getAsymmetric(),
            message.getSampledAtNanos(),
            message.getBasisList().stream()
                .map(pair -> NodePair.of(new NodeId(pair.getFirst()), new NodeId(pair.getSecond())))
                .toList()),
        message.getConfirmedList().stream().map(NodeId::new).toList());
  }

  private static OptionalLong optional(boolean there, long value) {
    return there ? OptionalLong.of(value) : OptionalLong.empty();
  }

  /**
   * The records in a state.
   *
   * @throws UnknownFormatException when one cannot be read
   */
  public static List<CapacityRecord> records(ControlState state) throws UnknownFormatException {
    List<CapacityRecord> records = new ArrayList<>();
    for (Document document : documents(state)) {
      records.add(decode(document.content()));
    }
    return records;
  }

  private static Iterable<Document> documents(ControlState state) {
    return state
        .documents()
        .subMap(
            new Document.Key(CapacityRecord.ROOM, ""),
            new Document.Key(CapacityRecord.ROOM + "\0", ""))
        .values();
  }

  /**
   * What the nodes know together of the network between them.
   *
   * @throws UnknownFormatException when a record cannot be read
   */
  public static MeasuredNetwork network(ControlState state) throws UnknownFormatException {
    return CapacityRecords.restore(records(state), state::isMember);
  }
}
