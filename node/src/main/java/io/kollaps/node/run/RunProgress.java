package io.kollaps.node.run;

import io.kollaps.node.run.RunCommand.EndReason;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.EndpointEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Decides what happens next in a part of a run: a pure state machine, events in, commands out.
 *
 * <p>A part ends at the duration or stop event, or when it is asked to. When no program of it is
 * still to join and all of its programs for which the run waits have ended, it says that it is
 * idle, which it stays: the run is over when all parts are. A run waits for the programs of
 * services that are not {@code background}; where all services of the experiment are, it waits for
 * all.
 *
 * <p>Of endpoints of other parts it follows one thing, whether their network is cut: their packets
 * leave and arrive here.
 *
 * <p>At one instant, paths change before endpoints do: a program that joins finds the network of
 * that instant.
 */
final class RunProgress {
  private enum State {
    ABSENT,
    WAITING,
    RUNNING
  }

  private final CompiledExperiment compiled;
  private final Homes homes;
  private final State[] states;
  private final boolean[] awaited;
  private final int[] joinsLeftOf;
  private int nextEpoch = 1;
  private int nextEvent;
  private int joinsLeft;
  private int awaitedRunning;
  private final BitSet cutElsewhere = new BitSet();
  private boolean idle;
  private boolean ended;

  RunProgress(CompiledExperiment compiled, Homes homes) {
    this.compiled = compiled;
    this.homes = homes;
    int count = compiled.endpoints().size();
    states = new State[count];
    java.util.Arrays.fill(states, State.ABSENT);
    awaited = new boolean[count];
    boolean allBackground = compiled.endpoints().stream().allMatch(e -> e.service().background());
    for (Endpoint endpoint : compiled.endpoints()) {
      awaited[endpoint.index()] = allBackground || !endpoint.service().background();
    }
    joinsLeftOf = new int[count];
    for (EndpointEvent event : compiled.endpointEvents()) {
      if (event.kind() == EndpointEvent.Kind.JOIN && homes.here(event.endpoint())) {
        joinsLeftOf[event.endpoint()]++;
        joinsLeft++;
      }
    }
  }

  /** Offset of the next thing planned, {@code Long.MAX_VALUE} when nothing is. */
  long nextDueNanos() {
    if (ended) {
      return Long.MAX_VALUE;
    }
    long due = compiled.endNanos().orElse(Long.MAX_VALUE);
    if (nextEpoch < compiled.epochs().size()) {
      due = Math.min(due, compiled.epochs().get(nextEpoch).atNanos());
    }
    if (nextEvent < compiled.endpointEvents().size()) {
      due = Math.min(due, compiled.endpointEvents().get(nextEvent).atNanos());
    }
    return due;
  }

  /** True once the run is over; no command follows. */
  boolean ended() {
    return ended;
  }

  /** Takes an event and tells what to do, in this order. */
  List<RunCommand> handle(RunEvent event) {
    List<RunCommand> commands = new ArrayList<>();
    if (ended) {
      return commands;
    }
    switch (event) {
      case RunEvent.TimePassed passed -> playTimeline(passed.atNanos(), commands);
      case RunEvent.ConditionHeld held -> {
        if (states[held.endpoint()] == State.WAITING) {
          start(held.atNanos(), held.endpoint(), commands);
        }
      }
      case RunEvent.ConditionTimedOut timedOut -> gone(timedOut.endpoint());
      case RunEvent.StartFailed failed -> gone(failed.endpoint());
      case RunEvent.ProgramEnded over -> {
        gone(over.endpoint());
        if (joinsLeftOf[over.endpoint()] > 0) {
          commands.add(new RunCommand.Prepare(over.atNanos(), over.endpoint()));
        }
      }
      case RunEvent.EndAsked asked ->
          end(asked.atNanos(), reason(asked.why()), asked.why().detail(), commands);
    }
    if (!ended && !idle && joinsLeft == 0 && awaitedRunning == 0) {
      idle = true;
      commands.add(new RunCommand.TellIdle(event.atNanos()));
    }
    return commands;
  }

  private static EndReason reason(PartEnd why) {
    return switch (why.kind()) {
      case FINISHED -> EndReason.PROGRAMS_ENDED;
      case STOPPED -> EndReason.STOPPED;
      case ABORTED -> EndReason.ABORTED;
    };
  }

  private void playTimeline(long nowNanos, List<RunCommand> commands) {
    while (!ended && nextDueNanos() <= nowNanos) {
      long due = nextDueNanos();
      if (nextEpoch < compiled.epochs().size()
          && compiled.epochs().get(nextEpoch).atNanos() == due) {
        commands.add(new RunCommand.ApplyEpoch(due, nextEpoch));
        nextEpoch++;
      } else if (nextEvent < compiled.endpointEvents().size()
          && compiled.endpointEvents().get(nextEvent).atNanos() == due) {
        EndpointEvent event = compiled.endpointEvents().get(nextEvent);
        if (homes.here(event.endpoint())) {
          apply(event, commands);
        } else {
          follow(event, commands);
        }
        nextEvent++;
      } else {
        end(due, EndReason.TIME, "its time is over", commands);
      }
    }
  }

  private void apply(EndpointEvent event, List<RunCommand> commands) {
    int endpoint = event.endpoint();
    switch (event.kind()) {
      case JOIN -> join(event, commands);
      case LEAVE -> {
        if (states[endpoint] == State.RUNNING) {
          commands.add(new RunCommand.Leave(event.atNanos(), endpoint));
        } else {
          giveUpWaiting(event.atNanos(), endpoint, RunCommand.Why.LEAVES, commands);
        }
      }
      case CRASH -> {
        if (states[endpoint] == State.RUNNING) {
          commands.add(new RunCommand.Crash(event.atNanos(), endpoint));
        } else {
          giveUpWaiting(event.atNanos(), endpoint, RunCommand.Why.CRASHES, commands);
        }
      }
      case DISCONNECT ->
          commands.add(new RunCommand.SetConnected(event.atNanos(), endpoint, false));
      case RECONNECT -> commands.add(new RunCommand.SetConnected(event.atNanos(), endpoint, true));
    }
  }

  /** An event of an endpoint of another part: that part plays it. */
  private void follow(EndpointEvent event, List<RunCommand> commands) {
    int endpoint = event.endpoint();
    switch (event.kind()) {
      case DISCONNECT -> {
        cutElsewhere.set(endpoint);
        commands.add(new RunCommand.SetConnected(event.atNanos(), endpoint, false));
      }
      case RECONNECT -> {
        cutElsewhere.clear(endpoint);
        commands.add(new RunCommand.SetConnected(event.atNanos(), endpoint, true));
      }
      case JOIN -> {
        // An endpoint that was cut off, left, and joins again is connected again.
        if (cutElsewhere.get(endpoint)) {
          cutElsewhere.clear(endpoint);
          commands.add(new RunCommand.SetConnected(event.atNanos(), endpoint, true));
        }
      }
      case LEAVE, CRASH -> {}
    }
  }

  private void join(EndpointEvent event, List<RunCommand> commands) {
    int endpoint = event.endpoint();
    joinsLeft--;
    joinsLeftOf[endpoint]--;
    if (states[endpoint] != State.ABSENT) {
      commands.add(
          new RunCommand.Refuse(
              event.atNanos(),
              endpoint,
              "its program has not ended yet; let more time pass between leave and join"));
      return;
    }
    if (awaited[endpoint]) {
      awaitedRunning++;
    }
    if (compiled.endpoints().get(endpoint).service().waitFor().isEmpty()) {
      start(event.atNanos(), endpoint, commands);
    } else {
      states[endpoint] = State.WAITING;
      commands.add(new RunCommand.AwaitCondition(event.atNanos(), endpoint));
    }
  }

  private void start(long plannedNanos, int endpoint, List<RunCommand> commands) {
    states[endpoint] = State.RUNNING;
    commands.add(new RunCommand.Start(plannedNanos, endpoint));
  }

  private void giveUpWaiting(
      long plannedNanos, int endpoint, RunCommand.Why why, List<RunCommand> commands) {
    if (states[endpoint] == State.WAITING) {
      commands.add(new RunCommand.GiveUpWaiting(plannedNanos, endpoint, why));
      gone(endpoint);
    }
  }

  private void gone(int endpoint) {
    if (states[endpoint] != State.ABSENT) {
      states[endpoint] = State.ABSENT;
      if (awaited[endpoint]) {
        awaitedRunning--;
      }
    }
  }

  private void end(long atNanos, EndReason reason, String detail, List<RunCommand> commands) {
    ended = true;
    for (int endpoint = 0; endpoint < states.length; endpoint++) {
      giveUpWaiting(atNanos, endpoint, RunCommand.Why.OVER, commands);
    }
    commands.add(new RunCommand.End(atNanos, reason, detail));
  }
}
