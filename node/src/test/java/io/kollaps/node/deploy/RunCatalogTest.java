package io.kollaps.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import io.kollaps.node.generated.RunViewMessage;
import io.kollaps.node.generated.RunsReply;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.local.RunActions;
import io.kollaps.node.results.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What commands are told of runs, by what is on record and by what the leader says. */
class RunCatalogTest {
  private static final RunId RUN = new RunId("261124-120000-abcd");
  private static final NodeId NODE = NodeId.of(1);
  private static final RunRecord RUNNING =
      RunRecord.submitted(
              RUN,
              new Submission(
                  "request",
                  "file.yaml",
                  new FileContent(new byte[] {1}),
                  OptionalLong.of(1),
                  "auto",
                  LossPolicy.ABORT,
                  Map.of()),
              1,
              1000)
          .placed("file", List.of(new RunNode(NODE, "n1", "10.0.0.1")), List.of(0), 1, 1450)
          .started(2000);
  private static final RunRecord ABORTED =
      RUNNING.ended(
          RunPhase.ABORTED,
          "node n3 is lost",
          3000,
          Map.of(NODE, new PartResult(Verdict.Grade.INVALID, List.of("why"))));

  private static RunActions.RunDetail asked(Optional<RunRecord> record, RunRecord leader) {
    RunsReply reply =
        RunsReply.newBuilder()
            .setLeading(true)
            .addRuns(
                RunViewMessage.newBuilder()
                    .setRun(RUN.value())
                    .setPhase(leader.phase().name())
                    .setAttempt(leader.attempt())
                    .setReason(leader.reason()))
            .build();
    Map<String, RunRecord> records = record.map(each -> Map.of(RUN.value(), each)).orElse(Map.of());
    return RunCatalog.detail(
        RunCatalog.list(records, Optional.of(reply)).entries().getFirst(), true);
  }

  @Test
  void shouldTellAnEndWithAllThatBelongsToItOnly() {
    RunActions.RunDetail before = asked(Optional.of(RUNNING), ABORTED);
    assertThat(before.run().phase()).isEqualTo("ending");
    assertThat(before.run().reason()).isEqualTo("node n3 is lost");
    assertThat(before.run().verdict()).isEmpty();

    RunActions.RunDetail after = asked(Optional.of(ABORTED), ABORTED);
    assertThat(after.run().phase()).isEqualTo("aborted");
    assertThat(after.run().reason()).isEqualTo("node n3 is lost");
    assertThat(after.run().verdict()).isEqualTo("INVALID");
    assertThat(after.run().endedAtMillis()).contains(3000L);
    assertThat(after.parts()).allMatch(part -> part.verdict().equals("INVALID"));
  }

  @Test
  void shouldNotLetAnOldWordOfTheLeaderReviveARun() {
    RunActions.RunDetail detail = asked(Optional.of(ABORTED), RUNNING);
    assertThat(detail.run().phase()).isEqualTo("aborted");
    assertThat(detail.run().reason()).isEqualTo("node n3 is lost");
  }

  @Test
  void shouldTellOfARunThatIsNotOnRecordYet() {
    assertThat(asked(Optional.empty(), RUNNING.in(RunPhase.PLACING)).run().phase())
        .isEqualTo("placing");
  }
}
