package io.kollaps.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.emulation.start.RingMessage;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartReport;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RingEnvelope;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.Submission;
import io.kollaps.node.generated.InstructionMessage;
import io.kollaps.node.generated.NodeReportMessage;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.run.PeerSender;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What travels between nodes comes out as it went in. */
class RunMessagesTest {
  private static final PartKey KEY = new PartKey(new RunId("261124-120000-abcd"), 2);
  private static final NodeId A = NodeId.of(1);
  private static final NodeId B = NodeId.of(-2);

  private static final FileContent FILE = new FileContent(new byte[] {1, 2, 3});

  private static final PartDescription PART =
      new PartDescription(
          "file.yaml",
          FILE,
          Long.MIN_VALUE,
          "auto",
          0xffffff,
          1430,
          List.of(new RunNode(A, "a", "10.0.0.1"), new RunNode(B, "b", "fe80::1")),
          List.of(0, 1, 1, 0),
          1);

  private static final List<Order> ORDERS =
      List.of(
          new Order.Ask(),
          new Order.Deploy(KEY, PART),
          new Order.Link(
              KEY, List.of(new PartAddress("10.0.0.1", 7800), new PartAddress("b", 65_535))),
          new Order.BeginAgreement(KEY, B),
          new Order.End(KEY, EndKind.REPLACED, "node a is lost"),
          new Order.Forget(List.of(KEY, new PartKey(KEY.run(), 1))),
          new Order.Heard(17));

  private static final List<PartState> STATES =
      List.of(
          new PartState.Preparing(),
          new PartState.Prepared(7800),
          new PartState.Linking(7801),
          new PartState.Ready(7802),
          new PartState.Agreeing(A),
          new PartState.Agreed(B, -5),
          new PartState.Running(A, Long.MAX_VALUE, -7, true),
          new PartState.Ending(EndKind.STOPPED, "its user wanted it"),
          new PartState.Ended(
              EndKind.FINISHED,
              "",
              new PartResult(Verdict.Grade.DEGRADED, List.of("late", "starved"))));

  @Test
  void shouldCarryEveryInstruction() throws Exception {
    for (Order order : ORDERS) {
      Instruction sent = new Instruction(A, 3, 4, 5, order);
      InstructionMessage message =
          InstructionMessage.parseFrom(InstructionMessages.message(sent).toByteArray());
      assertThat(InstructionMessages.read(message, run -> Optional.of(FILE))).contains(sent);
    }
    assertThat(ORDERS.stream().map(Order::getClass).distinct())
        .hasSize(Order.class.getPermittedSubclasses().length);
  }

  @Test
  void shouldWaitForTheFileOfARun() {
    Instruction sent = new Instruction(A, 3, 4, 5, new Order.Deploy(KEY, PART));
    assertThat(InstructionMessages.read(InstructionMessages.message(sent), r -> Optional.empty()))
        .isEmpty();
  }

  @Test
  void shouldCarryEveryState() throws Exception {
    List<PartReport> parts = new ArrayList<>();
    STATES.forEach(state -> parts.add(new PartReport(KEY, state)));
    NodeReport sent = new NodeReport(B, 1, 2, 3, 4, parts);
    NodeReportMessage message =
        NodeReportMessage.parseFrom(ReportMessages.message(sent).toByteArray());
    assertThat(ReportMessages.read(message)).isEqualTo(sent);
    assertThat(STATES.stream().map(PartState::getClass).distinct())
        .hasSize(PartState.class.getPermittedSubclasses().length);
  }

  @Test
  void shouldCarryTheStartAgreement() {
    for (RingMessage each :
        List.of(
            new RingMessage.Proposal(1, 2, -3, 4, -5, 6),
            new RingMessage.Confirmation(1, 2, -3, 4, 5))) {
      for (boolean taken : List.of(true, false)) {
        RingEnvelope sent = new RingEnvelope(KEY, A, B, each);
        ByteBuffer bytes = ByteBuffer.wrap(RunDatagrams.ring(sent, taken));
        assertThat(bytes.get()).isEqualTo(RunDatagrams.RING);
        assertThat(RunDatagrams.readRing(bytes)).contains(new RunDatagrams.Ring(sent, taken));
      }
    }
  }

  @Test
  void shouldTakeNoNonsenseForAMessage() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      assertThat(RunDatagrams.readRing(ByteBuffer.wrap(bytes))).as("seed " + seed).isEmpty();
    }
  }

  @Test
  void shouldFitUsageIntoADatagram() {
    byte[] usage = RunDatagrams.usage(KEY, new byte[PeerSender.MAX_PAYLOAD_BYTES]);
    assertThat(usage.length).isLessThanOrEqualTo(DatagramSeal.MAX_PAYLOAD_BYTES);
  }

  @Test
  void shouldPutASubmissionTogetherAndCutOneThatIsTooLong() {
    byte[] file = new byte[700_000];
    new SplittableRandom(1).nextBytes(file);
    Submission sent =
        new Submission(
            "request",
            "file.yaml",
            new FileContent(file),
            OptionalLong.of(-1),
            "kernel",
            LossPolicy.REPLACE,
            Map.of("c1", "n1"));
    SubmitMessages.Joining joining = new SubmitMessages.Joining(file.length);
    SubmitMessages.Joining small = new SubmitMessages.Joining(1000);
    SubmitMessages.pieces(sent)
        .forEach(
            piece -> {
              joining.add(piece);
              small.add(piece);
            });
    Submission joined = joining.submission();
    assertThat(joined.file().bytes()).isEqualTo(file);
    assertThat(joined).usingRecursiveComparison().ignoringFields("file").isEqualTo(sent);
    assertThat(small.submission().file().bytes()).hasSize(1001);
  }
}
