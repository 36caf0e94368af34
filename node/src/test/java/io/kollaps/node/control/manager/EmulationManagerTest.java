package io.kollaps.node.control.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.RingMessage;
import io.kollaps.emulation.start.StartSettings;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RingEnvelope;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmulationManagerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeId SELF = new NodeId("b");
  private static final NodeId LEADER = new NodeId("l");
  private static final RunId RUN = new RunId("run-1");
  private static final PartKey KEY = new PartKey(RUN, 1);
  private static final ManagerSettings SETTINGS =
      new ManagerSettings(SECOND / 10, SECOND, 10 * SECOND, 60 * SECOND, 5 * SECOND, 2, 5, 2);

  private final EmulationManager manager =
      new EmulationManager(SELF, 3, SETTINGS, StartSettings.DEFAULT);
  private long now = 500 * SECOND;
  private long sequence;

  private static PartDescription part(int endpoints) {
    List<Integer> homes = new ArrayList<>(List.of(0));
    for (int i = 0; i < endpoints; i++) {
      homes.add(1);
    }
    return new PartDescription(
        "x.yaml",
        new FileContent(new byte[0]),
        1,
        "auto",
        7,
        1450,
        List.of(new RunNode(new NodeId("a"), "a", "h"), new RunNode(SELF, "b", "h")),
        homes,
        1);
  }

  private List<ManagerCommand> told(Order order) {
    return manager.handle(
        new ManagerEvent.Instructed(now, new Instruction(LEADER, 5, ++sequence, 3, order)));
  }

  private Optional<NodeReport> report(List<ManagerCommand> commands) {
    return commands.stream()
        .filter(ManagerCommand.Report.class::isInstance)
        .map(command -> ((ManagerCommand.Report) command).report())
        .findFirst();
  }

  private List<ManagerCommand> pass(long nanos) {
    now += nanos;
    return manager.handle(new ManagerEvent.TimePassed(now));
  }

  private void swept() {
    assertThat(manager.handle(new ManagerEvent.Began(now))).contains(new ManagerCommand.Sweep());
    var _ = manager.handle(new ManagerEvent.Swept(now));
  }

  private void ready() {
    swept();
    var _ = told(new Order.Deploy(KEY, part(1)));
    var _ = manager.handle(new ManagerEvent.PartPrepared(now, KEY, 7801));
    var _ = told(new Order.Link(KEY, List.of(new PartAddress("h", 1), new PartAddress("h", 2))));
    var _ = manager.handle(new ManagerEvent.PartReady(now, KEY));
    assertThat(manager.parts()).containsEntry(KEY, new PartState.Ready(7801));
  }

  @Test
  void shouldMakeNothingBeforeTheSweep() {
    assertThat(manager.handle(new ManagerEvent.Began(now))).contains(new ManagerCommand.Sweep());
    assertThat(told(new Order.Deploy(KEY, part(1))))
        .noneMatch(ManagerCommand.CreatePart.class::isInstance);
    var _ = manager.handle(new ManagerEvent.Swept(now));
    assertThat(told(new Order.Deploy(KEY, part(1))))
        .anyMatch(ManagerCommand.CreatePart.class::isInstance);
    assertThat(told(new Order.Deploy(KEY, part(1))))
        .noneMatch(ManagerCommand.CreatePart.class::isInstance);
  }

  @Test
  void shouldHeedOnlyTheNewestTermAndWhatIsNewInItAndMeantForIt() {
    swept();
    Order deploy = new Order.Deploy(KEY, part(1));
    var _ =
        manager.handle(
            new ManagerEvent.Instructed(now, new Instruction(LEADER, 5, 9, 3, new Order.Ask())));
    for (Instruction old :
        List.of(
            new Instruction(LEADER, 4, 10, 3, deploy),
            new Instruction(LEADER, 5, 9, 3, deploy),
            new Instruction(LEADER, 5, 8, 3, deploy),
            new Instruction(LEADER, 5, 10, 2, deploy),
            new Instruction(LEADER, 5, 10, 0, deploy))) {
      assertThat(manager.handle(new ManagerEvent.Instructed(now, old))).as("%s", old).isEmpty();
    }
    assertThat(
            manager.handle(
                new ManagerEvent.Instructed(now, new Instruction(LEADER, 5, 10, 3, deploy))))
        .anyMatch(ManagerCommand.CreatePart.class::isInstance);
  }

  @Test
  void shouldTellEverythingUntilItIsHeard() {
    swept();
    NodeReport first = report(told(new Order.Deploy(KEY, part(1)))).orElseThrow();
    assertThat(first.parts()).hasSize(1);
    assertThat(first.heardTerm()).isEqualTo(5);
    assertThat(report(pass(SECOND / 2))).isEmpty();
    NodeReport again = report(pass(SECOND / 2)).orElseThrow();
    assertThat(again.sequence()).isGreaterThan(first.sequence());
    assertThat(again.parts()).isEqualTo(first.parts());
    assertThat(told(new Order.Heard(again.sequence()))).isEmpty();
    assertThat(report(pass(2 * SECOND))).isEmpty();
    assertThat(report(pass(10 * SECOND))).isPresent();
    NodeId next = new NodeId("m");
    assertThat(manager.handle(new ManagerEvent.LeaderKnown(now, next)))
        .anyMatch(c -> c instanceof ManagerCommand.Report r && r.leader().equals(next));
  }

  @Test
  void shouldTakeNoMorePartsAndEndpointsThanItMay() {
    swept();
    var _ = told(new Order.Deploy(KEY, part(3)));
    PartKey large = new PartKey(new RunId("run-2"), 1);
    assertThat(told(new Order.Deploy(large, part(3))))
        .noneMatch(ManagerCommand.CreatePart.class::isInstance);
    assertThat(manager.parts().get(large)).isInstanceOf(PartState.Ended.class);
    assertThat(((PartState.Ended) manager.parts().get(large)).reason()).contains("3 endpoints");
    var _ = told(new Order.Deploy(new PartKey(new RunId("run-3"), 1), part(1)));
    PartKey third = new PartKey(new RunId("run-4"), 1);
    var _ = told(new Order.Deploy(third, part(1)));
    assertThat(((PartState.Ended) manager.parts().get(third)).reason()).contains("2 parts");
  }

  @Test
  void shouldEndTheOlderAttemptBeforeItMakesTheNext() {
    swept();
    var _ = told(new Order.Deploy(KEY, part(1)));
    PartKey next = new PartKey(RUN, 2);
    List<ManagerCommand> commands = told(new Order.Deploy(next, part(1)));
    assertThat(commands).noneMatch(ManagerCommand.CreatePart.class::isInstance);
    assertThat(commands)
        .anyMatch(
            c ->
                c instanceof ManagerCommand.EndPart end
                    && end.key().equals(KEY)
                    && end.why() == EndKind.REPLACED);
    var _ =
        manager.handle(
            new ManagerEvent.PartEnded(now, KEY, new PartResult(Verdict.Grade.PASS, List.of())));
    assertThat(told(new Order.Deploy(next, part(1))))
        .anyMatch(ManagerCommand.CreatePart.class::isInstance);
  }

  @Test
  void shouldRememberHowAPartEndedUntilToldToForget() {
    ready();
    var _ = told(new Order.End(KEY, EndKind.STOPPED, "no more"));
    PartResult result = new PartResult(Verdict.Grade.PASS, List.of("good"));
    var _ = manager.handle(new ManagerEvent.PartEnded(now, KEY, result));
    assertThat(manager.parts())
        .containsEntry(KEY, new PartState.Ended(EndKind.STOPPED, "no more", result));
    assertThat(report(pass(20 * SECOND)).orElseThrow().parts()).hasSize(1);
    var _ = told(new Order.Forget(List.of(KEY)));
    assertThat(manager.parts()).isEmpty();
  }

  @Test
  void shouldEndAPartThatItIsToldToForget() {
    ready();
    assertThat(told(new Order.Forget(List.of(KEY))))
        .anyMatch(c -> c instanceof ManagerCommand.EndPart end && end.key().equals(KEY));
    var _ =
        manager.handle(
            new ManagerEvent.PartEnded(now, KEY, new PartResult(Verdict.Grade.PASS, List.of())));
    assertThat(manager.parts()).isEmpty();
  }

  @Test
  void shouldAbandonAPartThatDoesNotEnd() {
    ready();
    var _ = told(new Order.End(KEY, EndKind.ABORTED, "x"));
    assertThat(pass(4 * SECOND)).noneMatch(ManagerCommand.AbandonPart.class::isInstance);
    assertThat(pass(SECOND)).contains(new ManagerCommand.AbandonPart(KEY));
    assertThat(manager.parts().get(KEY)).isInstanceOf(PartState.Ended.class);
  }

  @Test
  void shouldEndAPartThatNobodyStarts() {
    ready();
    assertThat(pass(61 * SECOND)).anyMatch(ManagerCommand.EndPart.class::isInstance);
  }

  @Test
  void shouldStartAtTheAgreedInstantOfTheLeadersClock() {
    ready();
    long offset = 1_000 * SECOND;
    // Unknown clock: it waits to be told again.
    assertThat(told(new Order.BeginAgreement(KEY, LEADER)))
        .noneMatch(ManagerCommand.SendRing.class::isInstance);
    var _ = manager.handle(new ManagerEvent.ClockKnown(now, LEADER, offset, 1000));
    var _ = told(new Order.BeginAgreement(KEY, LEADER));
    assertThat(manager.parts()).containsEntry(KEY, new PartState.Agreeing(LEADER));
    long instant = now + offset + 2 * SECOND;
    RingMessage proposal =
        new RingMessage.Proposal(5, 1, instant, 0, now + offset + 100, now + offset - 100);
    NodeId first = new NodeId("a");
    List<ManagerCommand> passed =
        manager.handle(
            new ManagerEvent.RingHeard(now, new RingEnvelope(KEY, LEADER, first, proposal)));
    assertThat(passed)
        .anyMatch(c -> c instanceof ManagerCommand.SendRing send && send.to().equals(first))
        .anyMatch(c -> c instanceof ManagerCommand.TakeRing take && take.to().equals(first));
    RingMessage confirmation = new RingMessage.Confirmation(5, 1, instant, 1000, 1000);
    // Of another clock: not read, not taken.
    assertThat(
            manager.handle(
                new ManagerEvent.RingHeard(now, new RingEnvelope(KEY, first, first, confirmation))))
        .isEmpty();
    List<ManagerCommand> confirmed =
        manager.handle(
            new ManagerEvent.RingHeard(now, new RingEnvelope(KEY, LEADER, first, confirmation)));
    RingEnvelope sent =
        confirmed.stream()
            .filter(ManagerCommand.SendRing.class::isInstance)
            .map(c -> ((ManagerCommand.SendRing) c).envelope())
            .findFirst()
            .orElseThrow();
    assertThat(manager.handle(new ManagerEvent.RingTaken(now, sent)))
        .contains(new ManagerCommand.StartPart(KEY, instant - offset, 1000));
    assertThat(manager.parts()).containsEntry(KEY, new PartState.Agreed(LEADER, instant));
    var _ = manager.handle(new ManagerEvent.PartIdle(now, KEY, true));
    var _ = manager.handle(new ManagerEvent.PartStarted(now, KEY, 55));
    assertThat(manager.parts())
        .containsEntry(KEY, new PartState.Running(LEADER, instant, 55, true));
    // Who sent the confirmation may not have heard that it was taken.
    assertThat(
            manager.handle(
                new ManagerEvent.RingHeard(
                    now, new RingEnvelope(KEY, LEADER, first, confirmation))))
        .anyMatch(ManagerCommand.TakeRing.class::isInstance);
  }

  @Test
  void shouldLeaveAnAgreementOfAnOlderLeaderForThatOfANewOne() {
    ready();
    NodeId first = new NodeId("a");
    NodeId next = new NodeId("m");
    var _ = manager.handle(new ManagerEvent.ClockKnown(now, LEADER, 0, 1000));
    var _ = manager.handle(new ManagerEvent.ClockKnown(now, next, 7 * SECOND, 1000));
    var _ = told(new Order.BeginAgreement(KEY, LEADER));
    long instant = now + 9 * SECOND;
    RingEnvelope newer =
        new RingEnvelope(
            KEY,
            next,
            first,
            new RingMessage.Proposal(6, 1, instant, 0, now + 7 * SECOND, now + 7 * SECOND));
    // It is taken before this part is told to begin, and passed on then.
    assertThat(manager.handle(new ManagerEvent.RingHeard(now, newer)))
        .contains(new ManagerCommand.TakeRing(first, newer))
        .noneMatch(ManagerCommand.SendRing.class::isInstance);
    assertThat(manager.parts()).containsEntry(KEY, new PartState.Ready(7801));
    Instruction begin = new Instruction(next, 6, 1, 3, new Order.BeginAgreement(KEY, next));
    assertThat(manager.handle(new ManagerEvent.Instructed(now, begin)))
        .anyMatch(
            c ->
                c instanceof ManagerCommand.SendRing send
                    && send.envelope().message().attempt() == 6
                    && send.envelope().clock().equals(next));
    // What is said of the old agreement is not heard any more.
    RingEnvelope old =
        new RingEnvelope(KEY, LEADER, first, new RingMessage.Proposal(5, 1, instant, 0, now, now));
    assertThat(manager.handle(new ManagerEvent.RingHeard(now, old))).isEmpty();
  }

  @Test
  void shouldGiveUpWhenTheNextIsGone() {
    ready();
    var _ = manager.handle(new ManagerEvent.ClockKnown(now, LEADER, 0, 1000));
    var _ = told(new Order.BeginAgreement(KEY, LEADER));
    List<ManagerCommand> commands = manager.handle(new ManagerEvent.NodeGone(now, new NodeId("a")));
    assertThat(commands)
        .anyMatch(c -> c instanceof ManagerCommand.EndPart end && end.why() == EndKind.ABORTED);
    assertThat(manager.wakeNanos()).isEmpty();
  }

  @Test
  void shouldRunOnWithoutALeader() {
    ready();
    var _ = manager.handle(new ManagerEvent.ClockKnown(now, LEADER, 0, 1000));
    var _ = told(new Order.BeginAgreement(KEY, LEADER));
    long instant = now + 2 * SECOND;
    NodeId first = new NodeId("a");
    var _ =
        manager.handle(
            new ManagerEvent.RingHeard(
                now,
                new RingEnvelope(
                    KEY, LEADER, first, new RingMessage.Proposal(5, 1, instant, 0, now, now))));
    List<ManagerCommand> confirmed =
        manager.handle(
            new ManagerEvent.RingHeard(
                now,
                new RingEnvelope(
                    KEY, LEADER, first, new RingMessage.Confirmation(5, 1, instant, 0, 1000))));
    for (ManagerCommand command : confirmed) {
      if (command instanceof ManagerCommand.SendRing send) {
        var _ = manager.handle(new ManagerEvent.RingTaken(now, send.envelope()));
      }
    }
    var _ = manager.handle(new ManagerEvent.PartStarted(now, KEY, 0));
    for (int i = 0; i < 1000; i++) {
      assertThat(pass(10 * SECOND)).noneMatch(ManagerCommand.EndPart.class::isInstance);
    }
    assertThat(manager.parts().get(KEY)).isInstanceOf(PartState.Running.class);
  }
}
