package io.kollaps.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.leader.ControllerCommand;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.ControllerEvent;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.manager.ManagerCommand;
import io.kollaps.node.control.manager.ManagerEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Controller and managers together, on a cluster where everything else happens at once. */
class RunLifeTest {
  private static final long SECOND = TinyCluster.SECOND;
  private static final ControllerSettings FEW =
      new ControllerSettings(
          SECOND / 10,
          SECOND,
          30 * SECOND,
          20 * SECOND,
          20 * SECOND,
          20 * SECOND,
          30 * SECOND,
          40 * SECOND,
          2,
          100_000,
          2,
          5,
          3,
          50_000,
          2);

  private final TinyCluster cluster = new TinyCluster(4, 20, ControllerSettings.DEFAULT);

  private RunId running(String request, LossPolicy policy) {
    RunId run = cluster.accepted(TinyCluster.three(request, policy));
    cluster.play(2 * SECOND);
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.RUNNING);
    return run;
  }

  private void assertNothingLeft() {
    assertThat(cluster.alive.values()).allMatch(Set::isEmpty);
    assertThat(cluster.desk.reservations().runs()).isEmpty();
    assertThat(cluster.files).isEmpty();
    cluster.managers.values().forEach(manager -> assertThat(manager.parts()).isEmpty());
  }

  private List<RunPhase> written(RunId run) {
    return cluster.log.stream()
        .filter(ControllerCommand.WriteRecord.class::isInstance)
        .map(command -> ((ControllerCommand.WriteRecord) command).record())
        .filter(record -> record.run().equals(run))
        .map(RunRecord::phase)
        .toList();
  }

  @Test
  void shouldRunFromTheSubmissionToTheEnd() {
    RunId run = running("a", LossPolicy.ABORT);
    RunRecord record = cluster.recorded(run);
    assertThat(record.nodes()).hasSize(3);
    assertThat(record.homes()).hasSize(3).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(record.experiment()).isEqualTo("a");
    assertThat(record.endpointMtu()).isEqualTo(1450); // 1500 less VXLAN's 50
    assertThat(record.times().startedAtMillis()).isPresent();

    cluster.allIdle(record.key());

    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.FINISHED);
    assertThat(cluster.recorded(run).results().keySet())
        .containsExactlyElementsOf(record.nodes().stream().map(RunNode::id).toList());
    assertThat(written(run))
        .containsExactly(
            RunPhase.DEPLOYING, RunPhase.STARTING, RunPhase.RUNNING, RunPhase.FINISHED);
    assertNothingLeft();
  }

  @Test
  void shouldEndWhenOnePartComesToTheEndOfItsTime() {
    RunId run = running("a", LossPolicy.ABORT);
    NodeId node = cluster.recorded(run).nodes().getFirst().id();
    PartKey key = cluster.recorded(run).key();
    cluster.alive.get(node).remove(key);
    cluster.part(
        node,
        new ManagerEvent.PartEnded(
            cluster.now(),
            key,
            new PartResult(io.kollaps.node.results.Verdict.Grade.PASS, List.of())));
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.FINISHED);
    assertNothingLeft();
  }

  @Test
  void shouldGiveOneRequestOneRun() {
    Submission submission = TinyCluster.three("a", LossPolicy.ABORT);
    RunId run = cluster.accepted(submission);
    assertThat(cluster.accepted(submission)).isEqualTo(run);
    cluster.changeLeader();
    assertThat(cluster.accepted(submission)).isEqualTo(run);
    cluster.play(2 * SECOND);
    cluster.stop(Optional.of(run));
    assertThat(cluster.accepted(submission)).isEqualTo(run);
    assertThat(cluster.records).hasSize(1);
  }

  @Test
  void shouldRefuseWithEveryProblemOfTheFile() {
    CallAnswer answer =
        cluster.answer(
            cluster.submit(
                TinyCluster.submission(
                    "bad",
                    "name: x\nservices: {a: {command: y}}\nlinks: [{from: a, to: b}]\n",
                    LossPolicy.ABORT)));
    assertThat(answer).isInstanceOf(CallAnswer.Refused.class);
    assertThat(((CallAnswer.Refused) answer).problems()).isNotEmpty();
    assertThat(((CallAnswer.Refused) answer).problems().getFirst()).startsWith("3:");
    assertThat(cluster.records).isEmpty();
    assertNothingLeft();
  }

  @Test
  void shouldRefuseWhatTheNetworkDoesNotCarry() {
    Submission wide =
        TinyCluster.submission("w", TinyCluster.star("w", 2, "9 Gbit/s"), LossPolicy.ABORT);
    Submission pinned =
        new Submission(
            "w",
            "w.yaml",
            wide.file(),
            wide.seed(),
            "auto",
            LossPolicy.ABORT,
            Map.of("a0", "n0", "a1", "n1"));
    CallAnswer answer = cluster.answer(cluster.submit(pinned));
    assertThat(answer).isInstanceOf(CallAnswer.Refused.class);
    assertThat(((CallAnswer.Refused) answer).reason()).contains("9000.000 Mbit/s");
    assertNothingLeft();
  }

  @Test
  void shouldAbortOnlyTheRunsOfALostNodeAndAtOnce() {
    RunId first = running("a", LossPolicy.ABORT);
    RunId second =
        cluster.accepted(
            TinyCluster.submission("b", TinyCluster.star("b", 1, "1 Mbit/s"), LossPolicy.ABORT));
    cluster.play(2 * SECOND);
    Set<NodeId> ofSecond =
        Set.copyOf(cluster.recorded(second).nodes().stream().map(RunNode::id).toList());
    NodeId victim =
        cluster.recorded(first).nodes().stream()
            .map(RunNode::id)
            .filter(node -> !ofSecond.contains(node))
            .findFirst()
            .orElseThrow();

    cluster.crash(victim);
    cluster.lose(victim);

    assertThat(cluster.recorded(first).phase()).isEqualTo(RunPhase.ABORTED);
    assertThat(cluster.recorded(first).reason()).contains(victim.value()).contains("lost");
    assertThat(cluster.phase(second)).isEqualTo(RunPhase.RUNNING);
    assertThat(cluster.alive.values().stream().flatMap(Set::stream))
        .containsOnly(cluster.recorded(second).key());
    assertThat(cluster.desk.reservations().runs())
        .containsExactly(cluster.recorded(second).reservation());
  }

  @Test
  void shouldSayWhyARunEndsWhileItsPartsAreTakenDown() {
    RunId run = running("a", LossPolicy.ABORT);
    NodeId victim = cluster.recorded(run).nodes().getFirst().id();
    cluster.lost =
        message ->
            message instanceof ControllerCommand.Instruct i
                && i.instruction().order() instanceof Order.End;
    cluster.crash(victim);
    cluster.lose(victim);

    assertThat(cluster.phase(run)).isEqualTo(RunPhase.ENDING);
    assertThat(cluster.view(run).record().reason()).contains(victim.value()).contains("lost");
  }

  @Test
  void shouldAbortTheRunOfAPartThatFailsAndNoOther() {
    RunId first = running("a", LossPolicy.REPLACE);
    RunId second = running("b", LossPolicy.ABORT);
    NodeId node = cluster.recorded(first).nodes().getFirst().id();
    cluster.part(
        node,
        new ManagerEvent.PartFailed(cluster.now(), cluster.recorded(first).key(), "no fabric"));
    assertThat(cluster.recorded(first).phase()).isEqualTo(RunPhase.ABORTED);
    assertThat(cluster.recorded(first).reason()).contains("no fabric").contains(node.value());
    assertThat(cluster.phase(second)).isEqualTo(RunPhase.RUNNING);
  }

  @Test
  void shouldPlaceAgainOnTheNodesThatAreLeft() {
    RunId run = running("a", LossPolicy.REPLACE);
    int vni = cluster.recorded(run).vni();
    NodeId victim = cluster.recorded(run).nodes().getFirst().id();
    cluster.crash(victim);
    cluster.lose(victim);
    cluster.play(2 * SECOND);
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.RUNNING);
    assertThat(cluster.recorded(run).attempt()).isEqualTo(2);
    assertThat(cluster.recorded(run).vni()).isPositive();
    assertThat(vni).isPositive();
    assertThat(cluster.recorded(run).nodes()).noneMatch(node -> node.id().equals(victim));
    assertThat(cluster.desk.reservations().runs())
        .containsExactly(cluster.recorded(run).reservation());
    cluster.allIdle(cluster.recorded(run).key());
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.FINISHED);
    assertNothingLeft();
  }

  @Test
  void shouldGiveUpAfterSoManyAttempts() {
    TinyCluster few = new TinyCluster(4, 20, FEW);
    RunId run = few.accepted(TinyCluster.three("a", LossPolicy.REPLACE));
    for (int i = 0; i < 2; i++) {
      few.play(2 * SECOND);
      NodeId victim = few.recorded(run).nodes().getFirst().id();
      few.crash(victim);
      few.lose(victim);
    }
    assertThat(few.recorded(run).phase()).isEqualTo(RunPhase.ABORTED);
    assertThat(few.recorded(run).attempt()).isEqualTo(2);
  }

  @Test
  void shouldSweepWhatALostNodeStillHasWhenItIsBack() {
    RunId run = running("a", LossPolicy.ABORT);
    NodeId cutOff = cluster.recorded(run).nodes().getFirst().id();
    cluster.lost =
        message ->
            message instanceof ControllerCommand.Instruct i && i.node().equals(cutOff)
                || message instanceof ManagerCommand.Report r && r.report().node().equals(cutOff);
    cluster.lose(cutOff);
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.ABORTED);
    cluster.play(60 * SECOND);
    // Without the leader its part runs on: that is not for the node to decide.
    assertThat(cluster.alive.get(cutOff)).containsExactly(cluster.recorded(run).key());
    cluster.lost = _ -> false;
    cluster.back(cutOff);
    cluster.play(2 * SECOND);
    assertNothingLeft();
  }

  @Test
  void shouldNoticeADaemonThatBeganAnewBeforeItWasMissed() {
    RunId run = running("a", LossPolicy.ABORT);
    NodeId victim = cluster.recorded(run).nodes().getFirst().id();
    cluster.crash(victim);
    cluster.boot(victim);
    cluster.part(victim, new ManagerEvent.LeaderKnown(cluster.now(), cluster.nodes.getFirst()));
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.ABORTED);
    assertThat(cluster.recorded(run).reason()).contains("began anew");
    cluster.play(2 * SECOND);
    assertNothingLeft();
  }

  @Test
  void shouldStopInEveryPhase() {
    RunId run = running("a", LossPolicy.REPLACE);
    long call = cluster.stop(Optional.of(run));
    assertThat(cluster.answer(call)).isEqualTo(new CallAnswer.Stopping(List.of(run)));
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.ABORTED);
    assertThat(cluster.recorded(run).reason()).isEqualTo("stopped by its user");
    assertThat(cluster.answer(cluster.stop(Optional.of(run))))
        .isInstanceOf(CallAnswer.Refused.class);

    cluster.stuck = ManagerCommand.CreatePart.class::isInstance;
    RunId preparing = cluster.accepted(TinyCluster.three("b", LossPolicy.ABORT));
    assertThat(cluster.phase(preparing)).isEqualTo(RunPhase.DEPLOYING);
    cluster.stop(Optional.empty());
    assertThat(cluster.recorded(preparing).phase()).isEqualTo(RunPhase.ABORTED);
    assertNothingLeft();
  }

  @Test
  void shouldNotWaitForEverInAnyPhase() {
    for (Class<?> step :
        List.of(
            ManagerCommand.CreatePart.class,
            ManagerCommand.LinkPart.class,
            ManagerCommand.StartPart.class,
            ManagerCommand.EndPart.class)) {
      TinyCluster slow = new TinyCluster(4, 20, FEW);
      slow.stuck = step::isInstance;
      RunId run = slow.accepted(TinyCluster.three("a", LossPolicy.REPLACE));
      slow.play(2 * SECOND);
      if (step.equals(ManagerCommand.EndPart.class)) {
        slow.stop(Optional.of(run));
      }
      slow.play(120 * SECOND);
      assertThat(slow.recorded(run).phase()).as(step.getSimpleName()).isEqualTo(RunPhase.ABORTED);
      slow.stuck = _ -> false;
      slow.play(120 * SECOND);
      assertThat(slow.alive.values()).as(step.getSimpleName()).allMatch(Set::isEmpty);
      assertThat(slow.desk.reservations().runs()).isEmpty();
    }
  }

  @Test
  void shouldDeployNothingBeforeItIsOnRecord() {
    cluster.writes = false;
    long call = cluster.submit(TinyCluster.three("a", LossPolicy.ABORT));
    cluster.play(5 * SECOND);
    assertThat(cluster.answers).doesNotContainKey(call);
    assertThat(cluster.alive.values()).allMatch(Set::isEmpty);
    cluster.control(new ControllerEvent.LedNoMore(cluster.now()));
    cluster.pump();
    assertThat(cluster.answer(call)).isInstanceOf(CallAnswer.TryAgain.class);
    assertThat(cluster.desk.reservations().runs()).isEmpty();
  }

  @Test
  void shouldSettleAWritingOfWhichNobodyKnows() {
    cluster.writes = false;
    long call = cluster.submit(TinyCluster.three("a", LossPolicy.ABORT));
    var write =
        (ControllerCommand.WriteRecord)
            cluster.log.stream()
                .filter(ControllerCommand.WriteRecord.class::isInstance)
                .findFirst()
                .orElseThrow();
    cluster.writes = true;
    // It had come through after all, and the second try is refused for its version.
    RunId run = write.record().run();
    cluster.control(
        new ControllerEvent.RecordFailed(
            cluster.now(), run, false, Optional.of(write.record()), 1, "it has version 1 now"));
    cluster.records.put(
        run, new io.kollaps.node.control.leader.StoredRun(write.record(), 1, Optional.empty()));
    cluster.pump();
    cluster.play(2 * SECOND);
    assertThat(cluster.answer(call)).isEqualTo(new CallAnswer.Accepted(run));
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.RUNNING);
  }

  @Test
  void shouldRefuseWhatTheStateDoesNotTake() {
    cluster.writes = false;
    long call = cluster.submit(TinyCluster.three("a", LossPolicy.ABORT));
    RunId run = cluster.controller.runs().getFirst().record().run();
    cluster.control(
        new ControllerEvent.RecordFailed(
            cluster.now(), run, true, Optional.empty(), 0, "the cluster keeps 100000 documents"));
    cluster.pump();
    assertThat(((CallAnswer.Refused) cluster.answer(call)).reason()).contains("100000 documents");
    assertThat(cluster.desk.reservations().runs()).isEmpty();
  }

  @Test
  void shouldNotTouchARunWhenTheLeaderChanges() {
    RunId run = running("a", LossPolicy.ABORT);
    cluster.log.clear();
    cluster.changeLeader();
    cluster.play(5 * SECOND);
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.RUNNING);
    assertThat(written(run)).isEmpty();
    assertThat(cluster.desk.reservations().runs())
        .containsExactly(cluster.recorded(run).reservation());
    cluster.allIdle(cluster.recorded(run).key());
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.FINISHED);
    assertNothingLeft();
  }

  @Test
  void shouldDriveOnWhatHadNotStartedWhenTheLeaderChanges() {
    cluster.stuck = ManagerCommand.LinkPart.class::isInstance;
    RunId run = cluster.accepted(TinyCluster.three("a", LossPolicy.ABORT));
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.LINKING);
    cluster.changeLeader();
    cluster.stuck = _ -> false;
    for (NodeId node : cluster.nodes) {
      cluster.part(node, new ManagerEvent.PartReady(cluster.now(), cluster.recorded(run).key()));
    }
    cluster.play(2 * SECOND);
    assertThat(cluster.phase(run)).isEqualTo(RunPhase.RUNNING);
    assertThat(cluster.recorded(run).attempt()).isEqualTo(1);
  }

  @Test
  void shouldAdoptTheEndThatTheOldLeaderHadDecided() {
    RunId run = running("a", LossPolicy.ABORT);
    PartKey key = cluster.recorded(run).key();
    cluster.writes = false;
    cluster.allIdle(key);
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.RUNNING);
    assertThat(cluster.alive.values()).allMatch(Set::isEmpty);
    // As long as the end is not on record, the nodes must remember it, however often they tell.
    cluster.play(25 * SECOND);
    assertThat(cluster.managers.values().stream().filter(m -> m.parts().containsKey(key)))
        .hasSize(3);
    cluster.writes = true;
    cluster.changeLeader();
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.FINISHED);
    assertThat(cluster.recorded(run).results()).hasSize(3);
    assertNothingLeft();
  }

  @Test
  void shouldNotStartAnAttemptTwice() {
    RunId run = running("a", LossPolicy.ABORT);
    List<NodeId> nodes = cluster.recorded(run).nodes().stream().map(RunNode::id).toList();
    nodes.forEach(cluster::crash);
    nodes.forEach(cluster::boot);
    cluster.changeLeader();
    cluster.play(2 * SECOND);
    assertThat(cluster.recorded(run).phase()).isEqualTo(RunPhase.ABORTED);
    assertNothingLeft();
  }

  @Test
  void shouldBoundWhatWaitsWhatLivesAndWhatIsKept() {
    TinyCluster few = new TinyCluster(4, 20, FEW);
    for (int i = 0; i < 5; i++) {
      RunId run = few.accepted(TinyCluster.three("r" + i, LossPolicy.ABORT));
      few.play(2 * SECOND);
      few.stop(Optional.of(run));
    }
    assertThat(few.records).hasSize(3);
    assertThat(few.controller.runs()).hasSize(3);
    for (int i = 5; i < 10; i++) {
      few.accepted(TinyCluster.three("r" + i, LossPolicy.ABORT));
    }
    CallAnswer more = few.answer(few.submit(TinyCluster.three("more", LossPolicy.ABORT)));
    assertThat(more).isInstanceOf(CallAnswer.TryAgain.class);
    assertThat(few.controller.runs()).hasSize(3 + 5);
  }

  @Test
  void shouldGiveEachLiveRunANetworkOfItsOwn() {
    for (int i = 0; i < 20; i++) {
      cluster.accepted(
          TinyCluster.submission("r" + i, TinyCluster.star("r", 2, "1 Mbit/s"), LossPolicy.ABORT));
    }
    assertThat(cluster.records.values().stream().map(stored -> stored.record().vni()))
        .doesNotHaveDuplicates()
        .allMatch(vni -> vni > 0 && vni < 1 << 24);
  }

  @Test
  void shouldAnswerByTheLeaderOnly() {
    cluster.control(new ControllerEvent.LedNoMore(cluster.now()));
    assertThat(cluster.answer(cluster.submit(TinyCluster.three("a", LossPolicy.ABORT))))
        .isInstanceOf(CallAnswer.TryAgain.class);
    assertThat(cluster.answer(cluster.stop(Optional.empty())))
        .isInstanceOf(CallAnswer.TryAgain.class);
    assertThat(cluster.controller.runs()).isEmpty();
  }
}
