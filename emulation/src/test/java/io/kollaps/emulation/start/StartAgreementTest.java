package io.kollaps.emulation.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.emulation.start.RingMessage.Confirmation;
import io.kollaps.emulation.start.RingMessage.Proposal;
import io.kollaps.emulation.start.StartCommand.GiveUp;
import io.kollaps.emulation.start.StartCommand.Reason;
import io.kollaps.emulation.start.StartCommand.Send;
import io.kollaps.emulation.start.StartCommand.StartAt;
import io.kollaps.emulation.start.StartEvent.Begin;
import io.kollaps.emulation.start.StartEvent.Cancel;
import io.kollaps.emulation.start.StartEvent.Heard;
import io.kollaps.emulation.start.StartEvent.SuccessorUnreachable;
import io.kollaps.emulation.start.StartEvent.Taken;
import io.kollaps.emulation.start.StartEvent.TimePassed;
import java.util.List;
import org.assertj.core.api.AbstractObjectAssert;
import org.junit.jupiter.api.Test;

class StartAgreementTest {
  private static final long MILLI = 1_000_000L;
  private static final long T = 1_000_000_000_000L;
  private static final StartSettings SETTINGS = StartSettings.DEFAULT;
  private final StartAgreement agreement = new StartAgreement(SETTINGS, 1);

  private static Proposal proposal(int round, long instant) {
    return new Proposal(1, round, instant, MILLI, T, T);
  }

  private static Confirmation confirmation(int round, long instant) {
    return new Confirmation(1, round, instant, 2 * MILLI, MILLI);
  }

  private List<StartCommand> begin(int position, int size) {
    return agreement.handle(new Begin(T, position, size, MILLI));
  }

  private List<StartCommand> hear(long now, RingMessage message) {
    return agreement.handle(new Heard(now, message));
  }

  private AbstractObjectAssert<?, ?> assertGivesUp(List<StartCommand> commands, Reason reason) {
    assertThat(agreement.ended()).isTrue();
    assertThat(agreement.wakeNanos()).isEmpty();
    return assertThat(commands)
        .singleElement()
        .isInstanceOfSatisfying(
            GiveUp.class,
            end -> {
              assertThat(end.reason()).isEqualTo(reason);
              assertThat(end.text()).contains("gave up");
            });
  }

  @Test
  void shouldStartARingOfOneAfterTheFirstLead() {
    assertThat(begin(0, 1)).containsExactly(new StartAt(T + 250 * MILLI, 0, MILLI));
    assertThat(agreement.ended()).isTrue();
  }

  @Test
  void shouldConfirmAfterATurnAndStartAfterAnother() {
    // 250 ms and 4 for each of two more parts.
    long instant = T + 258 * MILLI;
    Proposal sent = new Proposal(1, 1, instant, MILLI, T + MILLI, T - MILLI);
    assertThat(begin(0, 3)).containsExactly(new Send(sent));
    assertThat(agreement.handle(new Taken(T + MILLI, sent))).isEmpty();
    long back = T + 30 * MILLI;
    Proposal returned = new Proposal(1, 1, instant, 7 * MILLI, T + MILLI, T + 20 * MILLI);
    Confirmation confirmed = new Confirmation(1, 1, instant, 30 * MILLI, 7 * MILLI);
    assertThat(hear(back, returned)).containsExactly(new Send(confirmed));
    assertThat(hear(back + MILLI, returned)).as("again").isEmpty();
    assertThat(hear(back + 40 * MILLI, confirmed))
        .containsExactly(new StartAt(instant, 30 * MILLI, 7 * MILLI));
    assertThat(hear(back + 41 * MILLI, confirmed)).isEmpty();
  }

  @Test
  void shouldProposeALaterInstantWhenATurnTakesTooLong() {
    begin(0, 2);
    long instant = T + 254 * MILLI;
    // Turn 100 ms: room for 200 of turns, 2 of bounds, 50 of margin, of which 154 are left.
    List<StartCommand> commands =
        hear(T + 100 * MILLI, new Proposal(1, 1, instant, MILLI, T + MILLI, T));
    // A turn like that and as long again, then the room: 452; or twice the 254 before: 508.
    long later = T + 100 * MILLI + 508 * MILLI;
    assertThat(commands)
        .singleElement()
        .isInstanceOfSatisfying(
            Send.class,
            send -> {
              assertThat(send.message().round()).isEqualTo(2);
              assertThat(send.message().instantNanos()).isEqualTo(later);
            });
    // The first one, once more, is none of ours now.
    assertThat(hear(T + 101 * MILLI, new Proposal(1, 1, instant, MILLI, T, T))).isEmpty();
    assertThat(hear(T + 200 * MILLI, new Proposal(1, 2, later, MILLI, T + 101 * MILLI, T)))
        .containsExactly(new Send(new Confirmation(1, 2, later, 100 * MILLI, MILLI)));
  }

  @Test
  void shouldGiveUpWhenTurnsAreTooSlowForAnyProposal() {
    List<StartCommand> commands = begin(0, 2);
    long now = T;
    int rounds = 0;
    while (!agreement.ended()) {
      RingMessage sent = ((Send) commands.getFirst()).message();
      rounds++;
      // Each turn takes twice as long as the one before.
      now += (50L << rounds) * MILLI;
      commands = hear(now, new Proposal(1, sent.round(), sent.instantNanos(), MILLI, now, now));
    }
    assertGivesUp(commands, Reason.TOO_SLOW);
    assertThat(rounds).isEqualTo(SETTINGS.maxRounds());
  }

  @Test
  void shouldPassOnWithItsOwnBoundAndStartWhenItsSuccessorHasTheConfirmation() {
    assertThat(agreement.handle(new Begin(T, 1, 3, 5 * MILLI))).isEmpty();
    long instant = T + 250 * MILLI;
    long now = T + MILLI;
    assertThat(hear(now, proposal(1, instant)))
        .containsExactly(new Send(new Proposal(1, 1, instant, 5 * MILLI, T, T)));
    assertThat(hear(now, proposal(1, instant))).as("again").isEmpty();
    assertThat(hear(now, new Confirmation(1, 1, instant + 1, 0, 0))).as("never proposed").isEmpty();
    assertThat(hear(now, confirmation(2, instant))).as("never proposed").isEmpty();
    Confirmation confirmed = confirmation(1, instant);
    assertThat(hear(now, confirmed)).containsExactly(new Send(confirmed));
    assertThat(hear(now, proposal(2, instant + MILLI))).as("after the confirmation").isEmpty();
    assertThat(agreement.handle(new Taken(now, proposal(1, instant)))).isEmpty();
    assertThat(agreement.handle(new Taken(now, confirmed)))
        .containsExactly(new StartAt(instant, 2 * MILLI, MILLI));
  }

  @Test
  void shouldKeepTheNewestProposalThatComesBeforeTheBegin() {
    long instant = T + 250 * MILLI;
    assertThat(agreement.handle(new TimePassed(T))).isEmpty();
    assertThat(hear(T, proposal(1, instant - 1))).isEmpty();
    assertThat(hear(T, proposal(2, instant))).isEmpty();
    assertThat(hear(T, proposal(1, instant - 1))).isEmpty();
    assertThat(begin(2, 3))
        .singleElement()
        .isInstanceOfSatisfying(
            Send.class, send -> assertThat(send.message().instantNanos()).isEqualTo(instant));
  }

  @Test
  void shouldIgnoreOtherAttempts() {
    begin(1, 2);
    assertThat(hear(T, new Proposal(2, 1, T, 0, T, T))).isEmpty();
    assertThat(hear(T, new Proposal(0, 1, T, 0, T, T))).isEmpty();
    assertThat(hear(T, new Confirmation(0, 1, T, 0, 0))).isEmpty();
    assertThat(agreement.ended()).isFalse();
  }

  @Test
  void shouldSendAgainMoreAndMoreSeldomUntilTheHopTimesOut() {
    begin(0, 2);
    int sends = 0;
    for (long millis = 1; millis < 2_000; millis++) {
      sends += agreement.handle(new TimePassed(T + millis * MILLI)).size();
    }
    // 25, 75, 175, then every 200 ms.
    assertThat(sends).isEqualTo(12);
    List<StartCommand> last = agreement.handle(new TimePassed(T + 2_000 * MILLI));
    assertGivesUp(last, Reason.SUCCESSOR_UNREACHABLE);
  }

  @Test
  void shouldGiveUpWhenTheSuccessorIsGone() {
    assertThat(agreement.handle(new SuccessorUnreachable(T))).isEmpty();
    begin(1, 2);
    assertGivesUp(agreement.handle(new SuccessorUnreachable(T)), Reason.SUCCESSOR_UNREACHABLE);
    assertThat(agreement.handle(new SuccessorUnreachable(T))).isEmpty();
  }

  @Test
  void shouldGiveUpWithAClockThatIsTooUnsure() {
    assertGivesUp(agreement.handle(new Begin(T, 0, 1, 251 * MILLI)), Reason.CLOCK_UNSURE);
  }

  @Test
  void shouldGiveUpWhenSomebodysClockIsOffByMoreThanItsBound() {
    begin(0, 2);
    // It was there, by its clock and bound, before it was sent.
    Proposal behind = new Proposal(1, 1, T + 254 * MILLI, MILLI, T - 2 * MILLI, T - 3 * MILLI);
    assertGivesUp(hear(T + 5 * MILLI, behind), Reason.CLOCKS_DIFFER);
    StartAgreement other = new StartAgreement(SETTINGS, 1);
    other.handle(new Begin(T, 0, 2, MILLI));
    Proposal ahead = new Proposal(1, 1, T + 254 * MILLI, MILLI, T + MILLI, T + 7 * MILLI);
    assertThat(other.handle(new Heard(T + 5 * MILLI, ahead)))
        .singleElement()
        .isInstanceOfSatisfying(
            GiveUp.class, end -> assertThat(end.reason()).isEqualTo(Reason.CLOCKS_DIFFER));
  }

  @Test
  void shouldGiveUpWhenTheInstantIsTooNearOrPast() {
    begin(1, 2);
    long instant = T + 250 * MILLI;
    hear(T, proposal(1, instant));
    assertGivesUp(hear(instant - 4 * MILLI, confirmation(1, instant)), Reason.TOO_LATE);
  }

  @Test
  void shouldGiveUpAfterEveryWait() {
    begin(1, 2);
    assertThat(agreement.wakeNanos()).hasValue(T + SETTINGS.beginTimeoutNanos());
    assertGivesUp(
        agreement.handle(new TimePassed(T + SETTINGS.beginTimeoutNanos())), Reason.SILENCE);

    StartAgreement waiting = new StartAgreement(SETTINGS, 1);
    waiting.handle(new Begin(T, 1, 2, MILLI));
    long instant = T + 250 * MILLI;
    StartCommand passed = waiting.handle(new Heard(T, proposal(1, instant))).getFirst();
    waiting.handle(new Taken(T, ((Send) passed).message()));
    assertThat(waiting.wakeNanos()).hasValue(instant + SETTINGS.turnTimeoutNanos());
    assertThat(waiting.handle(new TimePassed(instant + SETTINGS.turnTimeoutNanos() - 1))).isEmpty();
    assertThat(waiting.handle(new TimePassed(instant + SETTINGS.turnTimeoutNanos())))
        .singleElement()
        .isInstanceOf(GiveUp.class);

    StartAgreement first = new StartAgreement(SETTINGS, 1);
    StartCommand sent = first.handle(new Begin(T, 0, 2, MILLI)).getFirst();
    first.handle(new Taken(T, ((Send) sent).message()));
    assertThat(first.handle(new TimePassed(T + SETTINGS.turnTimeoutNanos())))
        .singleElement()
        .isInstanceOf(GiveUp.class);
  }

  @Test
  void shouldNotStartWhenNobodySaysThatItWasHeard() {
    begin(1, 2);
    long instant = T + 250 * MILLI;
    hear(T, proposal(1, instant));
    hear(T + MILLI, confirmation(1, instant));
    assertGivesUp(agreement.handle(new TimePassed(instant - 5 * MILLI)), Reason.SILENCE);
  }

  @Test
  void shouldCommandNothingOnceCancelled() {
    begin(0, 2);
    assertThat(agreement.handle(new Cancel())).isEmpty();
    assertThat(agreement.handle(new TimePassed(T + 60_000 * MILLI))).isEmpty();
    assertThat(agreement.wakeNanos()).isEmpty();
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    begin(1, 2);
    assertThatThrownBy(() -> begin(1, 2)).hasMessageContaining("begun already");
    assertThatThrownBy(() -> new Begin(T, 2, 2, 0)).hasMessageContaining("position 2");
    assertThatThrownBy(() -> proposal(0, T)).hasMessageContaining("round 0");
    assertThatThrownBy(() -> new Confirmation(1, 1, T, -1, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new StartSettings(1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1))
        .hasMessageContaining("maxLeadNanos is 1");
  }
}
