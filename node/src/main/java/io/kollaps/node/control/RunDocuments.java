package io.kollaps.node.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.generated.FilePieceMessage;
import io.kollaps.node.generated.PartResultMessage;
import io.kollaps.node.generated.RunNodeMessage;
import io.kollaps.node.generated.RunRecordMessage;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Bytes of runs in the replicated state (runs.proto): a record is a document of the room {@value
 * #ROOM}, its file as many documents of the room {@value #FILE_ROOM} as it needs. The pieces are
 * written before the first record, so that a record always has its file.
 */
public final class RunDocuments {
  /** Room of the records; the key is the run's id. */
  public static final String ROOM = "runs";

  /** Room of the files' pieces; the key is the run's id, a slash, and the piece's number. */
  public static final String FILE_ROOM = "run-files";

  /** Format that is written; every format from 1 to it can be read. */
  public static final int FORMAT = 1;

  /** Bytes of a file in one document. */
  public static final int PIECE_BYTES = Document.MAX_CONTENT_BYTES / 2;

  private RunDocuments() {}

  /** Bytes of a record. */
  public static ByteString encode(RunRecord record) {
    RunRecordMessage.Builder message =
        RunRecordMessage.newBuilder()
            .setFormat(FORMAT)
            .setRun(record.run().value())
            .setRequest(record.request())
            .setExperiment(record.experiment())
            .setFileName(record.fileName())
            .setSeed(record.seed())
            .setFabric(record.fabric())
            .setLossPolicy(record.policy().name())
            .putAllPins(record.pins())
            .setPhase(record.phase().name())
            .setAttempt(record.attempt())
            .addAllHomes(record.homes())
            .setVni(record.vni())
            .setEndpointMtu(record.endpointMtu())
            .setSubmittedAtMillis(record.times().submittedAtMillis())
            .setStartedAtMillis(record.times().startedAtMillis().orElse(0))
            .setEndedAtMillis(record.times().endedAtMillis().orElse(0))
            .setReason(record.reason());
    for (RunNode node : record.nodes()) {
      message.addNodes(
          RunNodeMessage.newBuilder()
              .setId(node.id().value())
              .setName(node.name())
              .setHost(node.host()));
    }
    record
        .results()
        .forEach(
            (node, result) ->
                message.addResults(
                    PartResultMessage.newBuilder()
                        .setNode(node.value())
                        .setGrade(result.grade().name())
                        .addAllReasons(result.reasons())));
    return message.build().toByteString();
  }

  /**
   * A record from its bytes.
   *
   * @throws UnknownFormatException when the bytes are not one, or of a newer format
   */
  public static RunRecord decode(ByteString bytes) throws UnknownFormatException {
    try {
      RunRecordMessage message = RunRecordMessage.parseFrom(bytes);
      requireKnown("a run", message.getFormat());
      return record(message);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new UnknownFormatException("a run's record cannot be read: " + e.getMessage());
    }
  }

  private static RunRecord record(RunRecordMessage message) {
    Map<NodeId, PartResult> results = new TreeMap<>();
    for (PartResultMessage result : message.getResultsList()) {
      results.put(
          new NodeId(result.getNode()),
          new PartResult(
              Verdict.Grade.valueOf(result.getGrade()), List.copyOf(result.getReasonsList())));
    }
    return new RunRecord(
        new RunId(message.getRun()),
        message.getRequest(),
        message.getExperiment(),
        message.getFileName(),
        message.getSeed(),
        message.getFabric(),
        LossPolicy.valueOf(message.getLossPolicy()),
        message.getPinsMap(),
        RunPhase.valueOf(message.getPhase()),
        message.getAttempt(),
        message.getNodesList().stream()
            .map(node -> new RunNode(new NodeId(node.getId()), node.getName(), node.getHost()))
            .toList(),
        message.getHomesList(),
        message.getVni(),
        message.getEndpointMtu(),
        new RunRecord.Times(
            message.getSubmittedAtMillis(),
            time(message.getStartedAtMillis()),
            time(message.getEndedAtMillis())),
        message.getReason(),
        results);
  }

  private static OptionalLong time(long millis) {
    return millis == 0 ? OptionalLong.empty() : OptionalLong.of(millis);
  }

  /** Contents of the documents that keep a file, in order; their keys are {@link #pieceKey}. */
  public static List<ByteString> pieces(FileContent file) {
    ByteString bytes = ByteString.copyFrom(file.bytes());
    int pieces = Math.max(1, Math.ceilDiv(bytes.size(), PIECE_BYTES));
    List<ByteString> result = new ArrayList<>();
    for (int piece = 0; piece < pieces; piece++) {
      int from = piece * PIECE_BYTES;
      result.add(
          FilePieceMessage.newBuilder()
              .setFormat(FORMAT)
              .setPiece(piece)
              .setPieces(pieces)
              .setContent(bytes.substring(from, Math.min(bytes.size(), from + PIECE_BYTES)))
              .build()
              .toByteString());
    }
    return result;
  }

  /** Key of a piece's document. */
  public static String pieceKey(RunId run, int piece) {
    return run + "/" + piece;
  }

  /** The run whose piece has a key; empty for a key of another form. */
  public static Optional<RunId> runOfPiece(String key) {
    int slash = key.indexOf('/');
    return slash > 0 && RunId.isValid(key.substring(0, slash))
        ? Optional.of(new RunId(key.substring(0, slash)))
        : Optional.empty();
  }

  /**
   * A file from the contents of its documents.
   *
   * @param pieces in the order of their numbers
   * @return empty when a piece is missing
   * @throws UnknownFormatException when the bytes are no pieces, or of a newer format
   */
  public static Optional<FileContent> join(List<ByteString> pieces) throws UnknownFormatException {
    ByteString bytes = ByteString.EMPTY;
    for (int i = 0; i < pieces.size(); i++) {
      FilePieceMessage message;
      try {
        message = FilePieceMessage.parseFrom(pieces.get(i));
      } catch (InvalidProtocolBufferException e) {
        throw new UnknownFormatException("a run's file cannot be read: " + e.getMessage());
      }
      requireKnown("a run's file", message.getFormat());
      if (message.getPiece() != i || message.getPieces() != pieces.size()) {
        return Optional.empty();
      }
      bytes = bytes.concat(message.getContent());
    }
    return pieces.isEmpty() ? Optional.empty() : Optional.of(new FileContent(bytes.toByteArray()));
  }

  private static void requireKnown(String what, int format) throws UnknownFormatException {
    if (format < 1 || format > FORMAT) {
      throw new UnknownFormatException(
          what
              + " has format "
              + format
              + ", this version of Kollaps reads 1 to "
              + FORMAT
              + "; update Kollaps on this node");
    }
  }
}
