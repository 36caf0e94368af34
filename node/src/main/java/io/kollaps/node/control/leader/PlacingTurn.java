package io.kollaps.node.control.leader;

import io.kollaps.node.control.RunPhase;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives the placer one run after the other, those first that lost a node. */
final class PlacingTurn {
  private final Term term;
  private final RunRegister runs;
  private final long firstTicket;
  private long nextTicket;
  private long ticket;
  private @Nullable RunDrive placing;

  /**
   * Nothing is being placed.
   *
   * @param firstTicket a number that no question of an earlier term had
   */
  PlacingTurn(Term term, RunRegister runs, long firstTicket) {
    this.term = term;
    this.runs = runs;
    this.firstTicket = firstTicket;
    this.nextTicket = firstTicket;
  }

  /** The number of the next question. */
  long nextTicket() {
    return nextTicket;
  }

  /** Gives the placer the next run, unless it still has one that somebody waits for. */
  void next() {
    if (placing != null && runs.holds(placing)) {
      return;
    }
    placing = null;
    Optional<RunDrive> next =
        runs.live().stream()
            .filter(RunDrive::wantsPlace)
            .min(Comparator.comparing(drive -> drive.record().attempt() == 1));
    if (next.isPresent()) {
      placing = next.get();
      ticket = nextTicket++;
      next.get().place(ticket);
    }
  }

  /** The placer has answered; a place that nobody wants any more is given back. */
  void done(ControllerEvent.PlacingDone done) {
    if (done.ticket() < firstTicket) {
      return;
    }
    RunDrive drive = placing;
    boolean current = done.ticket() == ticket;
    if (current) {
      placing = null;
    }
    if (drive != null && current && drive.phase() == RunPhase.PLACING) {
      drive.placed(done.answer());
    } else if (done.answer() instanceof PlacingAnswer.Placed) {
      term.emit(new ControllerCommand.Release(done.key()));
    }
    next();
  }
}
