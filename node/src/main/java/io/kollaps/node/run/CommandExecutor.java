package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.Fabric.Connection;
import io.kollaps.fabric.FabricException;
import io.kollaps.node.results.EventRecord;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Carries out what {@link RunProgress} decides, and records when it was done: paths when the fabric
 * works by them, a start when the word was given to the process that becomes the program, a leave
 * or crash when the signal was sent. Used by the run's loop thread only; what it calls takes some
 * ten microseconds each, so that all of one instant happens together.
 */
final class CommandExecutor {
  private final CompiledExperiment compiled;
  private final Homes homes;
  private final Map<Integer, EndpointInstance> instances;
  private final Fabric fabric;
  private final EpochPreparer epochs;
  private final SharingLoop sharing;
  private final StartConditions conditions;
  private final ProgramLog programs;
  private final LoopListener listener;
  private final LongSupplier clock;
  private final long startNanos;
  private final Consumer<RunEvent> teller;
  private final BitSet cut = new BitSet();
  private Optional<RunCommand.End> end = Optional.empty();

  CommandExecutor(
      CompiledExperiment compiled,
      Homes homes,
      PreparedPart part,
      SharingLoop sharing,
      StartConditions conditions,
      ProgramLog programs,
      LoopListener listener,
      Consumer<RunEvent> teller,
      LongSupplier clock,
      long startNanos) {
    this.compiled = compiled;
    this.homes = homes;
    this.instances = part.instances();
    this.fabric = part.fabric();
    this.epochs = part.epochs();
    this.sharing = sharing;
    this.conditions = conditions;
    this.programs = programs;
    this.listener = listener;
    this.teller = teller;
    this.clock = clock;
    this.startNanos = startNanos;
  }

  /** Why the run is over, empty while it is not. */
  Optional<RunCommand.End> end() {
    return end;
  }

  /** Writes down what an event means for the programs' records. */
  void observe(RunEvent event) {
    switch (event) {
      case RunEvent.ProgramEnded over ->
          programs.ended(over.endpoint(), over.atNanos(), over.status());
      case RunEvent.ConditionTimedOut out -> {
        programs.conditionTimedOut(out.endpoint(), out.missing());
        record(
            out.atNanos(),
            "join",
            name(out.endpoint()),
            "",
            "it waited in vain for " + out.missing());
      }
      case RunEvent.StartFailed failed -> programs.notStarted(failed.endpoint(), failed.why());
      case RunEvent.TimePassed _, RunEvent.ConditionHeld _, RunEvent.EndAsked _ -> {}
    }
  }

  /**
   * Carries out commands in their order; endpoints that are cut or restored one after the other
   * change together.
   */
  void carryOut(List<RunCommand> commands) throws FabricException, InterruptedException {
    List<RunCommand.SetConnected> connections = new ArrayList<>();
    for (RunCommand command : commands) {
      if (command instanceof RunCommand.SetConnected set) {
        connections.add(set);
      } else {
        connect(connections);
        carryOut(command);
      }
    }
    connect(connections);
  }

  private void connect(List<RunCommand.SetConnected> changes) throws FabricException {
    if (changes.isEmpty()) {
      return;
    }
    fabric.setConnected(
        changes.stream().map(set -> new Connection(set.endpoint(), set.connected())).toList());
    long done = offsetNanos();
    for (RunCommand.SetConnected set : changes) {
      if (!homes.here(set.endpoint())) {
        continue; // its own part records it
      }
      cut.set(set.endpoint(), !set.connected());
      record(
          set.plannedNanos(),
          done,
          set.connected() ? "reconnect" : "disconnect",
          name(set.endpoint()),
          "",
          "");
    }
    changes.clear();
  }

  private void carryOut(RunCommand command) throws FabricException, InterruptedException {
    switch (command) {
      case RunCommand.ApplyEpoch apply -> applyEpoch(apply);
      case RunCommand.AwaitCondition await -> conditions.await(await.endpoint());
      case RunCommand.GiveUpWaiting giveUp -> giveUpWaiting(giveUp);
      case RunCommand.Prepare prepare -> instance(prepare.endpoint()).prepare();
      case RunCommand.Start start -> start(start);
      case RunCommand.Refuse refuse ->
          record(refuse.plannedNanos(), "join", name(refuse.endpoint()), "", refuse.why());
      case RunCommand.Leave leave -> {
        instance(leave.endpoint()).leave(endpoint(leave.endpoint()).service().stopGraceNanos());
        record(leave.plannedNanos(), "leave", name(leave.endpoint()), "", "");
      }
      case RunCommand.Crash crash -> {
        instance(crash.endpoint()).crash();
        record(crash.plannedNanos(), "crash", name(crash.endpoint()), "", "");
      }
      case RunCommand.SetConnected set -> connect(new ArrayList<>(List.of(set)));
      case RunCommand.TellIdle _ -> listener.idle();
      case RunCommand.End over -> end = Optional.of(over);
    }
  }

  private void giveUpWaiting(RunCommand.GiveUpWaiting giveUp) {
    String lacking = conditions.giveUp(giveUp.endpoint());
    programs.stillWaiting(giveUp.endpoint(), lacking);
    String waited = "it still waited for " + lacking;
    switch (giveUp.why()) {
      case LEAVES -> record(giveUp.plannedNanos(), "leave", name(giveUp.endpoint()), waited, "");
      case CRASHES -> record(giveUp.plannedNanos(), "crash", name(giveUp.endpoint()), waited, "");
      case OVER -> {}
    }
  }

  private void applyEpoch(RunCommand.ApplyEpoch apply)
      throws FabricException, InterruptedException {
    sharing.epoch(clock.getAsLong(), epochs.next());
    long done = offsetNanos();
    for (TimelineEvent event : compiled.experiment().timeline()) {
      if (event.atNanos() == apply.plannedNanos()) {
        EventWords.ofNetwork(event.action())
            .ifPresent(
                words ->
                    record(
                        apply.plannedNanos(),
                        done,
                        words.kind(),
                        words.subject(),
                        words.detail(),
                        ""));
      }
    }
  }

  private void start(RunCommand.Start start) throws FabricException {
    int endpoint = start.endpoint();
    // An endpoint that was cut off, left, and joins again is connected again.
    if (cut.get(endpoint)) {
      fabric.setConnected(endpoint, true);
      cut.clear(endpoint);
    }
    EndpointInstance instance = instance(endpoint);
    boolean ready = instance.ready();
    try {
      var ended = instance.start();
      long started = offsetNanos();
      programs.started(endpoint, started);
      record(start.plannedNanos(), started, "join", name(endpoint), detail(endpoint, ready), "");
      CompletableFuture<Void> _ =
          ended.handle(
              (status, failure) -> {
                teller.accept(
                    failure == null
                        ? new RunEvent.ProgramEnded(offsetNanos(), endpoint, status)
                        : new RunEvent.StartFailed(offsetNanos(), endpoint, failure.toString()));
                return null;
              });
    } catch (RuntimeStartException e) {
      record(start.plannedNanos(), "join", name(endpoint), "", String.valueOf(e.getMessage()));
      teller.accept(
          new RunEvent.StartFailed(offsetNanos(), endpoint, String.valueOf(e.getMessage())));
    }
  }

  private String detail(int endpoint, boolean ready) {
    String waited = conditions.waited(endpoint).map(w -> "waited for " + w).orElse("");
    if (ready) {
      return waited;
    }
    String late = "not prepared yet: the program begins some milliseconds later";
    return waited.isEmpty() ? late : waited + "; " + late;
  }

  private void record(
      long plannedNanos, String kind, String subject, String detail, String failure) {
    record(plannedNanos, offsetNanos(), kind, subject, detail, failure);
  }

  private void record(
      long plannedNanos,
      long actualNanos,
      String kind,
      String subject,
      String detail,
      String failure) {
    listener.event(
        new EventRecord(
            plannedNanos,
            actualNanos,
            kind,
            subject,
            detail,
            failure.isEmpty() ? Optional.empty() : Optional.of(failure)));
  }

  private long offsetNanos() {
    return clock.getAsLong() - startNanos;
  }

  private EndpointInstance instance(int endpoint) {
    return Objects.requireNonNull(instances.get(endpoint), () -> name(endpoint) + " is not here");
  }

  private Endpoint endpoint(int index) {
    return compiled.endpoints().get(index);
  }

  private String name(int index) {
    return endpoint(index).name();
  }
}
