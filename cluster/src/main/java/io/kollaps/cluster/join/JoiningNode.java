package io.kollaps.cluster.join;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The joining node's side of a join: finds the leader, waits for its turn, runs the probes that it
 * is told to, until it is let in. Begins again, at whoever leads then, when the leader is gone or
 * the join was aborted. A state machine for one event loop: not safe for threads.
 */
public final class JoiningNode {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Applicant applicant;
  private final JoinerPolicy policy;
  private final Deque<Contact> contacts = new ArrayDeque<>();
  private State state = State.NEW;
  private long attempt;
  private long calls;
  private boolean calling;
  private Optional<Contact> leader = Optional.empty();
  private Optional<Secret> lease = Optional.empty();
  private Optional<ProbeReport> report = Optional.empty();
  private OptionalLong running = OptionalLong.empty();
  private long lastProbe;
  private long renewNanos;
  private long nextAtNanos;
  private long heardAtNanos;
  private long deadlineNanos;
  private boolean queued;
  private int redirects;
  private int restarts;
  private String problem = "";
  private List<JoinerCommand> commands = new ArrayList<>();

  private enum State {
    NEW,
    FINDING,
    PAUSED,
    ASKING,
    STEPPING,
    OVER
  }

  /**
   * A join that has not begun.
   *
   * @param attempt number of its first attempt; higher than all of this node before
   */
  public JoiningNode(Applicant applicant, long attempt, JoinerPolicy policy) {
    this.applicant = applicant;
    this.attempt = attempt;
    this.policy = policy;
  }

  /** True when nothing more is to come. */
  public boolean over() {
    return state == State.OVER;
  }

  /** Takes an event and tells what to do. Events about what is not there any more do nothing. */
  public List<JoinerCommand> handle(JoinerEvent event) {
    commands = new ArrayList<>();
    long now = event.atNanos();
    if (state != State.OVER) {
      switch (event) {
        case JoinerEvent.Begin _ -> {
          if (state == State.NEW) {
            deadlineNanos = now + policy.joinNanos();
            find();
          }
        }
        case JoinerEvent.Found(long _, List<Contact> nodes) -> found(nodes, now);
        case JoinerEvent.Answered(long _, long number, JoinAnswer answer) -> {
          if (calling && number == calls) {
            calling = false;
            answered(answer, now);
          }
        }
        case JoinerEvent.CallFailed(long _, long number, String why, boolean refused) -> {
          if (calling && number == calls) {
            calling = false;
            callFailed(why, refused, now);
          }
        }
        case JoinerEvent.ProbeEnded(long _, ProbeReport ended) -> probeEnded(ended, now);
        case JoinerEvent.Stopped _ -> stop();
        case JoinerEvent.TimePassed _ -> timePassed(now);
      }
    }
    return commands;
  }

  // ---- looking for the leader ------------------------------------------------------------

  private void find() {
    state = State.FINDING;
    leader = Optional.empty();
    redirects = 0;
    commands.add(new JoinerCommand.Find());
  }

  private void found(List<Contact> nodes, long now) {
    if (state == State.FINDING) {
      if (nodes.isEmpty()) {
        problem("no node answered the search; name one with --via HOST");
      }
      contacts.clear();
      contacts.addAll(nodes);
      askNext(now);
    }
  }

  private void askNext(long now) {
    redirects = 0;
    Contact next = contacts.pollFirst();
    if (next == null) {
      pause(now + policy.retryNanos(), Optional.empty());
    } else {
      ask(next);
    }
  }

  private void ask(Contact at) {
    state = State.ASKING;
    leader = Optional.of(at);
    call(new JoinCall.Join(applicant, attempt));
  }

  private void call(JoinCall what) {
    calling = true;
    calls++;
    commands.add(new JoinerCommand.Call(calls, leader.orElseThrow(), what));
  }

  /** Waits, then asks this node, or looks for others. */
  private void pause(long untilNanos, Optional<Contact> next) {
    state = State.PAUSED;
    leader = next;
    nextAtNanos = untilNanos;
  }

  // ---- answers ---------------------------------------------------------------------------

  private void answered(JoinAnswer answer, long now) {
    heardAtNanos = now;
    switch (answer) {
      case JoinAnswer.Refused(String why) -> giveUp("the cluster refuses: " + why);
      case JoinAnswer.LeaderAt(Contact at) -> redirected(at, now);
      case JoinAnswer.Aborted(String why) -> aborted(why, now);
      case JoinAnswer.Wait(String why, boolean inQueue, long again) ->
          told(why, inQueue, again, now);
      case JoinAnswer.Accepted(Secret given, long renew) -> {
        if (state == State.ASKING) {
          accepted(given, renew, now);
        }
      }
      case JoinAnswer.Probe(ProbeOrder order) -> {
        if (state == State.STEPPING) {
          probe(order, now);
        }
      }
      case JoinAnswer.Hold(long again) -> {
        if (state == State.STEPPING) {
          endProbe();
          nextAtNanos = now + again;
        }
      }
      case JoinAnswer.Admitted _ -> {
        if (state == State.STEPPING) {
          endProbe();
          state = State.OVER;
          commands.add(new JoinerCommand.Enter());
        }
      }
    }
  }

  private void redirected(Contact at, long now) {
    if (state == State.STEPPING) {
      restart("another node leads", now);
      if (state == State.OVER) {
        return;
      }
    }
    redirects++;
    if (redirects > policy.maxRedirects()) {
      problem("no node says that it leads");
      askNext(now); // those that sent it in circles know nothing new
    } else {
      ask(at);
    }
  }

  private void told(String why, boolean inQueue, long again, long now) {
    if (state == State.STEPPING) {
      restart(why, now);
      return;
    }
    problem("the cluster asks to wait: " + why);
    if (inQueue && !queued) {
      queued = true;
      deadlineNanos = now + policy.queueNanos();
    }
    if (!inQueue && !contacts.isEmpty()) {
      // it may be a member that was put out, or is cut off, and has not heard so: others know more
      askNext(now);
      return;
    }
    redirects = 0;
    // who leads no more knows of no queue: look again
    pause(now + again, inQueue ? leader : Optional.empty());
  }

  private void accepted(Secret given, long renew, long now) {
    state = State.STEPPING;
    lease = Optional.of(given);
    renewNanos = renew;
    report = Optional.empty();
    running = OptionalLong.empty();
    lastProbe = Long.MIN_VALUE;
    commands.add(new JoinerCommand.Tell("the join has begun"));
    step(now);
  }

  private void aborted(String why, long now) {
    if (state == State.STEPPING) {
      restart(why, now);
    } else {
      problem("the join was aborted: " + why);
      attempt++;
      pause(now + policy.retryNanos(), leader);
    }
  }

  /** The join was accepted, and is back at its beginning. */
  private void restart(String why, long now) {
    problem("the join begins again: " + why);
    endProbe();
    lease = Optional.empty();
    attempt++;
    restarts++;
    queued = false;
    redirects = 0;
    deadlineNanos = now + policy.joinNanos();
    if (restarts > policy.maxRestarts()) {
      giveUp("the join began again " + policy.maxRestarts() + " times, at last because: " + why);
    } else {
      pause(now + policy.retryNanos(), Optional.empty());
    }
  }

  private void callFailed(String why, boolean refused, long now) {
    if (state == State.STEPPING) {
      problem(why);
      nextAtNanos = now + policy.retryNanos();
    } else if (refused) {
      giveUp(why);
    } else {
      problem(why);
      askNext(now);
    }
  }

  // ---- the join itself -------------------------------------------------------------------

  private void step(long now) {
    nextAtNanos = now + renewNanos;
    call(new JoinCall.Step(applicant.id(), lease.orElseThrow(), report));
  }

  private void probe(ProbeOrder order, long now) {
    if (order.probe() > lastProbe) {
      endProbe();
      lastProbe = order.probe();
      running = OptionalLong.of(order.probe());
      report = Optional.empty();
      commands.add(new JoinerCommand.RunProbe(order));
    } else if (report.isPresent()) {
      step(now); // it ended while this answer was on its way
    }
  }

  private void probeEnded(ProbeReport ended, long now) {
    if (state != State.STEPPING || running.isEmpty() || running.getAsLong() != ended.probe()) {
      return;
    }
    running = OptionalLong.empty();
    report = Optional.of(ended);
    if (!calling) {
      step(now);
    }
  }

  private void endProbe() {
    if (running.isPresent()) {
      commands.add(new JoinerCommand.EndProbe(running.getAsLong()));
      running = OptionalLong.empty();
    }
  }

  private void timePassed(long now) {
    switch (state) {
      case PAUSED, FINDING, ASKING -> {
        if (now >= deadlineNanos) {
          giveUp(tooLate());
        } else if (state == State.PAUSED && now >= nextAtNanos) {
          leader.ifPresentOrElse(this::ask, this::find);
        }
      }
      case STEPPING -> {
        if (now - heardAtNanos > policy.lostNanos()) {
          calling = false;
          restart("the leader does not answer", now);
        } else if (!calling && now >= nextAtNanos) {
          step(now);
        }
      }
      case NEW, OVER -> {} // nothing waits
    }
  }

  // ---- the end ---------------------------------------------------------------------------

  private String tooLate() {
    return "this node was not let in within "
        + (queued ? policy.queueNanos() : policy.joinNanos()) / NANOS_PER_SECOND
        + " s: "
        + (problem.isEmpty() ? "no node was found" : problem);
  }

  private void stop() {
    lease.ifPresent(held -> call(new JoinCall.Abort(applicant.id(), held, "it was stopped")));
    giveUp("the join was stopped");
  }

  private void giveUp(String why) {
    endProbe();
    state = State.OVER;
    commands.add(new JoinerCommand.GiveUp(why));
  }

  private void problem(String text) {
    if (!text.equals(problem)) {
      problem = text;
      commands.add(new JoinerCommand.Tell(text));
    }
  }
}
