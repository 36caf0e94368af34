package io.kollaps.emulation.start;

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
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Agrees on the instant at which all parts of a run start: the ring of chapter 3.10 of the thesis,
 * from one part's point of view. One object for each part and attempt.
 *
 * <p><b>How it goes.</b> Parts stand in a ring in the order of their nodes' ids. The first proposes
 * an instant; each passes it on; when it is back the first knows what a turn takes, the largest
 * bound of a clock, and whether some clock is off by more than its bound. If there is room for
 * another turn, with the clocks as far apart as they may be, it confirms the instant, else it
 * proposes a later one. Each part passes the confirmation on. A part other than the first starts
 * when its successor has taken the confirmation, the first when it has come round; both only if
 * that is at least {@link StartSettings#armNanos} before the instant. A ring of one starts after
 * the first lead.
 *
 * <p><b>What holds, whatever is lost, late, repeated, reordered, or crashes</b>
 *
 * <ol>
 *   <li>At most one instant is confirmed in an attempt, so two parts never start at different
 *       instants. (By the true clock they are apart by at most the sum of their bounds.)
 *   <li>Each agreement ends with exactly one {@link StartAt} or {@link GiveUp}, at most {@link
 *       StartSettings#longestNanos} after its begin. After {@link Cancel} with neither.
 *   <li>When the first starts, every part had taken the confirmation in time, and only a crash, or
 *       the loss of all its successor's answers until the instant, keeps one from starting.
 *   <li>When a part starts, its successor had taken the confirmation.
 *   <li>Messages of another attempt, of an earlier proposal, or that came before, change nothing.
 * </ol>
 *
 * <p><b>What cannot hold</b>: that all start or none. Whoever speaks last never knows whether he
 * was heard (the two generals), and a part may crash after its successor took the confirmation. So
 * for a short time some may run while others do not. The controller closes the gap: every part
 * tells it {@link StartAt} or {@link GiveUp}; on the first {@link GiveUp}, on a lost node, and when
 * a part's word is missing after {@link StartSettings#longestNanos}, it aborts the attempt on all
 * nodes, those that started included. A run counts as started when all parts said so.
 *
 * <p>Parts are loyal, as in the thesis: a forged message is kept out by who carries it. Not safe
 * for use by several threads.
 */
public final class StartAgreement {
  private static final int LARGEST_BACKOFF = 8;

  private final StartSettings settings;
  private final long attempt;

  private Phase phase = Phase.NOT_BEGUN;
  private int position;
  private int ringSize;
  private long boundNanos;

  /** The newest proposal as it came here; in the first part as it was sent. */
  private @Nullable Proposal newest;

  private @Nullable Confirmation confirmed;
  private @Nullable Outgoing outgoing;
  private long leadNanos;
  private long waitUntilNanos;

  private enum Phase {
    NOT_BEGUN,
    /** The first waits for its proposal, others for the first or next proposal or confirmation. */
    PROPOSED,
    /** The first waits for its confirmation, others for their successor to take it. */
    CONFIRMED,
    ENDED
  }

  /** A message that was not taken yet. */
  private record Outgoing(RingMessage message, long sinceNanos, long againNanos, int backoff) {}

  /**
   * An agreement that waits for its begin.
   *
   * @param settings the same in all parts
   * @param attempt which attempt at the run's start; the same in all parts, greater in each attempt
   */
  public StartAgreement(StartSettings settings, long attempt) {
    this.settings = settings;
    this.attempt = attempt;
  }

  /**
   * Takes an event.
   *
   * @return what is to be done, in this order
   * @throws IllegalStateException when it is begun twice
   */
  public List<StartCommand> handle(StartEvent event) {
    if (phase == Phase.ENDED) {
      return List.of();
    }
    return switch (event) {
      case Begin begin -> begin(begin);
      case Heard heard -> hear(heard.nowNanos(), heard.message());
      case Taken taken -> taken(taken.nowNanos(), taken.message());
      case TimePassed passed -> timePassed(passed.nowNanos());
      case SuccessorUnreachable _ ->
          phase == Phase.NOT_BEGUN
              ? List.of()
              : giveUp(
                  Reason.SUCCESSOR_UNREACHABLE,
                  "its successor, the part at place " + successor() + " of the ring, is gone");
      case Cancel _ -> {
        end();
        yield List.of();
      }
    };
  }

  /** When {@link TimePassed} is due, on the leader's clock; empty when nothing is waited for. */
  public OptionalLong wakeNanos() {
    if (phase == Phase.NOT_BEGUN || phase == Phase.ENDED) {
      return OptionalLong.empty();
    }
    if (outgoing == null) {
      return OptionalLong.of(waitUntilNanos);
    }
    long hop = Math.min(outgoing.againNanos(), outgoing.sinceNanos() + settings.hopTimeoutNanos());
    return OptionalLong.of(Math.min(waitUntilNanos, hop));
  }

  /** True once it said how it ended, or was cancelled. */
  public boolean ended() {
    return phase == Phase.ENDED;
  }

  private int successor() {
    return (position + 1) % ringSize;
  }

  private void end() {
    phase = Phase.ENDED;
    outgoing = null;
  }

  private List<StartCommand> begin(Begin begin) {
    if (phase != Phase.NOT_BEGUN) {
      throw new IllegalStateException(
          "attempt " + attempt + " at the start has begun already; begin another one");
    }
    phase = Phase.PROPOSED;
    position = begin.position();
    ringSize = begin.ringSize();
    boundNanos = begin.boundNanos();
    if (boundNanos > settings.maxBoundNanos()) {
      return giveUp(
          Reason.CLOCK_UNSURE,
          "the leader's clock is known here within "
              + millis(boundNanos)
              + " only; at most "
              + millis(settings.maxBoundNanos())
              + " are allowed");
    }
    leadNanos = settings.firstLeadNanos(ringSize);
    if (ringSize == 1) {
      end();
      return List.of(new StartAt(begin.nowNanos() + leadNanos, 0, boundNanos));
    }
    if (position == 0) {
      return propose(begin.nowNanos(), 1);
    }
    waitUntilNanos = begin.nowNanos() + settings.beginTimeoutNanos();
    Proposal early = newest;
    newest = null;
    return early == null ? List.of() : passOn(begin.nowNanos(), early);
  }

  private List<StartCommand> propose(long now, int round) {
    newest =
        new Proposal(
            attempt, round, now + leadNanos, boundNanos, now + boundNanos, now - boundNanos);
    waitUntilNanos = now + settings.turnTimeoutNanos();
    return send(now, newest);
  }

  private List<StartCommand> send(long now, RingMessage message) {
    outgoing = new Outgoing(message, now, now + settings.resendNanos(), 1);
    return List.of(new Send(message));
  }

  private List<StartCommand> hear(long now, RingMessage message) {
    if (message.attempt() != attempt) {
      return List.of();
    }
    return switch (phase) {
      case NOT_BEGUN -> {
        // Others began earlier. There is no confirmation before this part passed a proposal on.
        if (message instanceof Proposal proposal && isNewer(proposal)) {
          newest = proposal;
        }
        yield List.of();
      }
      case PROPOSED ->
          switch (message) {
            case Proposal proposal when position == 0 -> cameBack(now, proposal);
            case Proposal proposal when isNewer(proposal) -> passOn(now, proposal);
            case Proposal _ -> List.of();
            case Confirmation confirmation -> confirm(now, confirmation);
          };
      case CONFIRMED -> position == 0 && message.equals(confirmed) ? start(now) : List.of();
      case ENDED -> List.of();
    };
  }

  private boolean isNewer(Proposal proposal) {
    return newest == null || proposal.round() > newest.round();
  }

  private List<StartCommand> passOn(long now, Proposal proposal) {
    newest = proposal;
    long last = Math.min(proposal.instantNanos(), now + settings.maxLeadNanos());
    waitUntilNanos = Math.max(now, last) + settings.turnTimeoutNanos();
    return send(
        now,
        new Proposal(
            attempt,
            proposal.round(),
            proposal.instantNanos(),
            Math.max(boundNanos, proposal.largestBoundNanos()),
            Math.min(proposal.earliestNanos(), now + boundNanos),
            Math.max(proposal.latestNanos(), now - boundNanos)));
  }

  /** The first part has its proposal back. */
  private List<StartCommand> cameBack(long now, Proposal proposal) {
    Proposal sent = newest;
    if (sent == null || proposal.round() != sent.round()) {
      return List.of();
    }
    long sentNanos = sent.instantNanos() - leadNanos;
    long behind = sentNanos - boundNanos - proposal.earliestNanos();
    long ahead = proposal.latestNanos() - (now + boundNanos);
    if (behind > 0 || ahead > 0) {
      return giveUp(
          Reason.CLOCKS_DIFFER,
          "the clocks of two parts are "
              + millis(Math.max(behind, ahead))
              + " further apart than the bounds that their nodes state; see the nodes' clock offsets");
    }
    long turn = Math.max(0, now - sentNanos);
    long room = settings.roomNanos(turn, proposal.largestBoundNanos());
    if (sent.instantNanos() - now >= room) {
      phase = Phase.CONFIRMED;
      waitUntilNanos = sent.instantNanos() - settings.armNanos();
      confirmed =
          new Confirmation(
              attempt, sent.round(), sent.instantNanos(), turn, proposal.largestBoundNanos());
      return send(now, confirmed);
    }
    return proposeLater(now, sent.round() + 1, turn, room);
  }

  private List<StartCommand> proposeLater(long now, int round, long turn, long room) {
    long needed = 2 * turn + room;
    if (round > settings.maxRounds() || needed > settings.maxLeadNanos()) {
      return giveUp(
          Reason.TOO_SLOW,
          "a turn of the ring took "
              + millis(turn)
              + ", and no proposal of "
              + (round - 1)
              + " was early enough; at most "
              + settings.maxRounds()
              + " proposals, "
              + millis(settings.maxLeadNanos())
              + " ahead, are made");
    }
    leadNanos = Math.min(settings.maxLeadNanos(), Math.max(needed, 2 * leadNanos));
    return propose(now, round);
  }

  /** A part other than the first hears that the instant holds. */
  private List<StartCommand> confirm(long now, Confirmation confirmation) {
    if (position == 0
        || newest == null
        || confirmation.round() != newest.round()
        || confirmation.instantNanos() != newest.instantNanos()) {
      return List.of();
    }
    long left = confirmation.instantNanos() - now;
    if (left > settings.maxLeadNanos() + 2 * settings.maxBoundNanos()) {
      return giveUp(
          Reason.CLOCKS_DIFFER,
          "the confirmed instant is "
              + millis(left)
              + " ahead by the clock here, further than any proposal");
    }
    if (left < settings.armNanos()) {
      return tooLate(left);
    }
    phase = Phase.CONFIRMED;
    confirmed = confirmation;
    waitUntilNanos = confirmation.instantNanos() - settings.armNanos();
    return send(now, confirmation);
  }

  private List<StartCommand> tooLate(long leftNanos) {
    return giveUp(
        Reason.TOO_LATE,
        "the start was settled here "
            + millis(leftNanos)
            + " before its instant (past, when below 0); at least "
            + millis(settings.armNanos())
            + " are needed");
  }

  private List<StartCommand> taken(long now, RingMessage message) {
    if (outgoing == null || !outgoing.message().equals(message)) {
      return List.of();
    }
    outgoing = null;
    return phase == Phase.CONFIRMED && position != 0 ? start(now) : List.of();
  }

  private List<StartCommand> start(long now) {
    Confirmation confirmation = confirmed;
    if (confirmation == null) {
      throw new IllegalStateException("a start without a confirmation; please report this");
    }
    long left = confirmation.instantNanos() - now;
    if (left < settings.armNanos()) {
      return tooLate(left);
    }
    end();
    return List.of(
        new StartAt(
            confirmation.instantNanos(),
            confirmation.turnNanos(),
            confirmation.largestBoundNanos()));
  }

  private List<StartCommand> timePassed(long now) {
    if (phase == Phase.NOT_BEGUN) {
      return List.of();
    }
    Outgoing sending = outgoing;
    if (sending != null && now - sending.sinceNanos() >= settings.hopTimeoutNanos()) {
      return giveUp(
          Reason.SUCCESSOR_UNREACHABLE,
          "its successor, the part at place "
              + successor()
              + " of the ring, took no message for "
              + millis(settings.hopTimeoutNanos()));
    }
    if (now >= waitUntilNanos) {
      return giveUp(Reason.SILENCE, missing());
    }
    if (sending == null || now < sending.againNanos()) {
      return List.of();
    }
    int backoff = Math.min(LARGEST_BACKOFF, 2 * sending.backoff());
    outgoing =
        new Outgoing(
            sending.message(),
            sending.sinceNanos(),
            now + backoff * settings.resendNanos(),
            backoff);
    return List.of(new Send(sending.message()));
  }

  private String missing() {
    if (phase == Phase.CONFIRMED) {
      return position == 0
          ? "the confirmation did not come round before the instant"
          : "the successor did not say before the instant that it has the confirmation";
    }
    if (position == 0) {
      return "the proposal did not come round in time";
    }
    return newest == null ? "no proposal came" : "neither a confirmation nor another proposal came";
  }

  private List<StartCommand> giveUp(Reason reason, String why) {
    end();
    return List.of(
        new GiveUp(
            reason,
            "the part at place " + position + " of a ring of " + ringSize + " gave up: " + why));
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
