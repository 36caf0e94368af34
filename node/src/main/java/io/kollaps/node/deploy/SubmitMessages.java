package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.generated.SubmitHead;
import io.kollaps.node.generated.SubmitPiece;
import io.kollaps.node.load.FileContent;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Submissions and their answers as they travel. */
final class SubmitMessages {
  private static final int PIECE_BYTES = 256 * 1024;

  private SubmitMessages() {}

  static List<SubmitPiece> pieces(Submission submission) {
    SubmitHead.Builder head =
        SubmitHead.newBuilder()
            .setRequest(submission.request())
            .setFileName(submission.fileName())
            .setFabric(submission.fabric())
            .setLossPolicy(submission.policy().word())
            .putAllPins(submission.pins());
    submission.seed().ifPresent(head::setSeed);
    List<SubmitPiece> pieces = new ArrayList<>();
    pieces.add(SubmitPiece.newBuilder().setHead(head).build());
    byte[] bytes = submission.file().bytes();
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      pieces.add(
          SubmitPiece.newBuilder()
              .setContent(
                  ByteString.copyFrom(bytes, from, Math.min(PIECE_BYTES, bytes.length - from)))
              .build());
    }
    return pieces;
  }

  /** Puts the pieces of one together. Not for several threads. */
  static final class Joining {
    private final int mostBytes;
    private final java.io.ByteArrayOutputStream content = new java.io.ByteArrayOutputStream();
    private SubmitHead head = SubmitHead.getDefaultInstance();

    /** With the largest file that is taken; of a larger one, one byte more is kept. */
    Joining(int mostBytes) {
      this.mostBytes = mostBytes;
    }

    void add(SubmitPiece piece) {
      switch (piece.getPieceCase()) {
        case HEAD -> head = piece.getHead();
        case CONTENT -> {
          int room = mostBytes + 1 - content.size();
          byte[] bytes = piece.getContent().toByteArray();
          content.write(bytes, 0, Math.min(room, bytes.length));
        }
        case PIECE_NOT_SET -> {}
      }
    }

    /**
     * All of it.
     *
     * @throws IllegalArgumentException when a word in it is unknown
     */
    Submission submission() {
      return new Submission(
          head.getRequest(),
          head.getFileName(),
          new FileContent(content.toByteArray()),
          head.hasSeed() ? OptionalLong.of(head.getSeed()) : OptionalLong.empty(),
          head.getFabric(),
          LossPolicy.of(head.getLossPolicy())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "what becomes of a run when a node is lost is abort or replace, not '"
                              + head.getLossPolicy()
                              + "'")),
          head.getPinsMap());
    }
  }

  static CallReply reply(CallAnswer answer) {
    return switch (answer) {
      case CallAnswer.Accepted accepted ->
          CallReply.newBuilder().setAccepted(accepted.run().value()).build();
      case CallAnswer.Refused refused ->
          CallReply.newBuilder()
              .setRefused(
                  CallReply.Refused.newBuilder()
                      .setReason(refused.reason())
                      .addAllProblems(refused.problems()))
              .build();
      case CallAnswer.TryAgain again -> CallReply.newBuilder().setTryAgain(again.reason()).build();
      case CallAnswer.Stopping stopping -> {
        CallReply.Stopping.Builder runs = CallReply.Stopping.newBuilder();
        stopping.runs().forEach(run -> runs.addRuns(run.value()));
        yield CallReply.newBuilder().setStopping(runs).build();
      }
    };
  }

  static CallReply notLeading() {
    return CallReply.newBuilder().setNotLeading(CallReply.NotLeading.getDefaultInstance()).build();
  }
}
