package io.kollaps.node.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.generated.RunRecordMessage;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunDocumentsTest {
  private static final RunId RUN = new RunId("260101-120000-abcd");

  private static RunRecord random(SplittableRandom random) {
    List<RunNode> nodes = new ArrayList<>();
    Map<NodeId, PartResult> results = new TreeMap<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      nodes.add(new RunNode(NodeId.of(random.nextLong()), "node-" + i, "fd00::" + i));
      results.put(
          nodes.getLast().id(),
          new PartResult(
              Verdict.Grade.values()[random.nextInt(3)], List.of("because é " + random.nextInt())));
    }
    List<Integer> homes = new ArrayList<>();
    for (int i = random.nextInt(300); i > 0; i--) {
      homes.add(random.nextInt(nodes.size()));
    }
    return new RunRecord(
        RUN,
        "request-" + random.nextInt(),
        "experiment",
        "file.yaml",
        random.nextLong(),
        "auto",
        LossPolicy.values()[random.nextInt(2)],
        random.nextBoolean() ? Map.of() : Map.of("a", "node-1", "b.1", "node-2"),
        RunPhase.values()[random.nextInt(RunPhase.values().length)],
        1 + random.nextInt(5),
        nodes,
        homes,
        random.nextInt(1 << 24),
        1430,
        new RunRecord.Times(
            1 + random.nextInt(1000),
            random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(5000),
            random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(6000)),
        "reason " + random.nextInt(),
        results);
  }

  @Test
  void shouldReadWhatWasWritten() throws UnknownFormatException {
    for (int seed = 0; seed < 500; seed++) {
      RunRecord record = random(new SplittableRandom(seed));
      assertThat(RunDocuments.decode(RunDocuments.encode(record)))
          .as("seed %d", seed)
          .isEqualTo(record);
    }
  }

  @Test
  void shouldRefuseNewerFormatsAndNoise() {
    ByteString newer =
        RunRecordMessage.newBuilder().setFormat(2).setRun(RUN.value()).build().toByteString();
    assertThatThrownBy(() -> RunDocuments.decode(newer))
        .isInstanceOf(UnknownFormatException.class)
        .hasMessageContaining("format 2")
        .hasMessageContaining("update Kollaps");
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      assertThatThrownBy(() -> RunDocuments.decode(ByteString.copyFrom(bytes)))
          .isInstanceOf(UnknownFormatException.class);
    }
  }

  @Test
  void shouldKeepAFileOfAnySizeInPiecesThatFitADocument() throws UnknownFormatException {
    SplittableRandom random = new SplittableRandom(3);
    for (int size :
        List.of(0, 1, RunDocuments.PIECE_BYTES, RunDocuments.PIECE_BYTES + 1, 2 * 1024 * 1024)) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      List<ByteString> pieces = RunDocuments.pieces(new FileContent(bytes));
      assertThat(pieces)
          .allSatisfy(
              piece -> assertThat(piece.size()).isLessThanOrEqualTo(Document.MAX_CONTENT_BYTES));
      assertThat(RunDocuments.join(pieces).orElseThrow().bytes()).isEqualTo(bytes);
      if (pieces.size() > 1) {
        assertThat(RunDocuments.join(pieces.subList(0, pieces.size() - 1))).isEmpty();
        assertThat(RunDocuments.join(pieces.subList(1, pieces.size()))).isEmpty();
      }
    }
    assertThat(RunDocuments.join(List.of())).isEmpty();
  }

  @Test
  void shouldNamePiecesByTheirRun() {
    assertThat(RunDocuments.runOfPiece(RunDocuments.pieceKey(RUN, 3))).contains(RUN);
    assertThat(RunDocuments.runOfPiece("no run/3")).isEqualTo(Optional.empty());
    assertThat(RunDocuments.runOfPiece("x")).isEmpty();
  }

  @Test
  void shouldCutWhatIsTooLong() {
    PartResult result =
        new PartResult(
            Verdict.Grade.PASS,
            java.util.Collections.nCopies(PartResult.MAX_REASONS + 5, "x".repeat(10_000)));
    assertThat(result.reasons()).hasSize(PartResult.MAX_REASONS);
    assertThat(result.reasons().getFirst()).hasSize(PartResult.MAX_REASON_LENGTH).endsWith("...");
    assertThat(result.shortened(2).reasons()).hasSize(2);
  }
}
