package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlRules;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.RunDocuments;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.leader.StoredRun;
import io.kollaps.node.load.FileContent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs in the replicated state. Reads are local; writes are for the leader and wait. */
final class RunStore {
  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);

  private final ClusterAccess cluster;

  RunStore(ClusterAccess cluster) {
    this.cluster = cluster;
  }

  /** All runs with their files. */
  List<StoredRun> runs() {
    ControlState state = cluster.state();
    List<StoredRun> runs = new ArrayList<>();
    for (Document document : room(state, RunDocuments.ROOM)) {
      decode(document)
          .ifPresent(
              record ->
                  runs.add(new StoredRun(record, document.version(), file(state, record.run()))));
    }
    return runs;
  }

  /** All runs without their files. */
  List<RunRecord> records() {
    return room(cluster.state(), RunDocuments.ROOM).stream()
        .map(RunStore::decode)
        .flatMap(Optional::stream)
        .toList();
  }

  /** Runs of which pieces of a file are kept. */
  Set<RunId> files() {
    Set<RunId> runs = new HashSet<>();
    for (Document document : room(cluster.state(), RunDocuments.FILE_ROOM)) {
      RunDocuments.runOfPiece(document.key()).ifPresent(runs::add);
    }
    return runs;
  }

  /** The experiment of a run; empty when it is not known here, or not any more. */
  Optional<FileContent> file(RunId run) {
    return file(cluster.state(), run);
  }

  /** A run as it is known here. */
  Optional<StoredRun> find(RunId run) {
    ControlState state = cluster.state();
    Document document = state.documents().get(new Document.Key(RunDocuments.ROOM, run.value()));
    return document == null
        ? Optional.empty()
        : decode(document)
            .map(record -> new StoredRun(record, document.version(), Optional.empty()));
  }

  private static List<Document> room(ControlState state, String room) {
    return List.copyOf(
        state
            .documents()
            .subMap(new Document.Key(room, ""), new Document.Key(room + "\0", ""))
            .values());
  }

  private static Optional<RunRecord> decode(Document document) {
    try {
      return Optional.of(RunDocuments.decode(document.content()));
    } catch (UnknownFormatException e) {
      LOG.warn("run {} is left alone: {}", document.key(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<FileContent> file(ControlState state, RunId run) {
    List<ByteString> pieces = new ArrayList<>();
    Document next = piece(state, run, 0);
    while (next != null) {
      pieces.add(next.content());
      next = piece(state, run, pieces.size());
    }
    try {
      return RunDocuments.join(pieces);
    } catch (UnknownFormatException e) {
      LOG.warn("the file of run {} cannot be read: {}", run, e.getMessage());
      return Optional.empty();
    }
  }

  private static @org.jspecify.annotations.Nullable Document piece(
      ControlState state, RunId run, int number) {
    return state
        .documents()
        .get(new Document.Key(RunDocuments.FILE_ROOM, RunDocuments.pieceKey(run, number)));
  }

  /**
   * Why a record may not be safe.
   *
   * @param why for people
   * @param forGood whether another try comes to the same
   */
  record Problem(String why, boolean forGood) {}

  /**
   * Writes a record, with its file before it where it is the first.
   *
   * @return empty when it is safe, else why it may not be
   */
  Optional<Problem> write(RunRecord record, long expectedVersion, Optional<FileContent> file)
      throws InterruptedException {
    try {
      if (file.isPresent()) {
        List<ByteString> pieces = RunDocuments.pieces(file.get());
        for (int i = 0; i < pieces.size(); i++) {
          Optional<Problem> problem =
              put(
                  RunDocuments.FILE_ROOM,
                  RunDocuments.pieceKey(record.run(), i),
                  pieces.get(i),
                  OptionalLong.empty());
          if (problem.isPresent()) {
            return problem;
          }
        }
      }
      return put(
          RunDocuments.ROOM,
          record.run().value(),
          RunDocuments.encode(record),
          OptionalLong.of(expectedVersion));
    } catch (Replication.NotLeaderException e) {
      return Optional.of(new Problem(String.valueOf(e.getMessage()), false));
    }
  }

  private Optional<Problem> put(
      String room, String key, ByteString content, OptionalLong expectedVersion)
      throws InterruptedException {
    boolean tooLarge = content.size() > Document.MAX_CONTENT_BYTES;
    boolean full =
        cluster.state().documents().size() >= ControlRules.MAX_DOCUMENTS
            && !cluster.state().documents().containsKey(new Document.Key(room, key));
    return switch (cluster.submit(
        new ControlCommand.PutDocument(room, key, content, expectedVersion))) {
      case Outcome.Done _ -> Optional.empty();
      case Outcome.Refused refused -> Optional.of(new Problem(refused.reason(), tooLarge || full));
    };
  }

  /** Removes a run's file. */
  void dropFile(RunId run) throws InterruptedException {
    ControlState state = cluster.state();
    for (int i = 0; piece(state, run, i) != null; i++) {
      drop(RunDocuments.FILE_ROOM, RunDocuments.pieceKey(run, i));
    }
  }

  /** Removes a run's record. */
  void dropRecord(RunId run) throws InterruptedException {
    drop(RunDocuments.ROOM, run.value());
  }

  private void drop(String room, String key) throws InterruptedException {
    try {
      if (cluster.submit(new ControlCommand.RemoveDocument(room, key))
          instanceof Outcome.Refused refused) {
        LOG.debug("{} {} stays: {}", room, key, refused.reason());
      }
    } catch (Replication.NotLeaderException e) {
      LOG.debug("{} {} stays: {}", room, key, e.getMessage()); // the next leader removes it
    }
  }
}
