package io.kollaps.node.run;

import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.fabric.FabricException;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays a small experiment with every kind of event, again and again, before the real one: through
 * the same classes, with nothing behind them. The first time that a fresh virtual machine does
 * something it loads and links classes for it, some milliseconds for an event of each kind; that
 * must not be the time that counts.
 */
final class Rehearsal {
  /** Most plays; from about 200 calls on, code is compiled. */
  static final int MAX_PLAYS = 40;

  /** No play begins later than this after the first. */
  static final long MAX_NANOS = 500_000_000L;

  private static final long AWAIT_SECONDS = 30;

  private static final String EXPERIMENT =
      """
      name: rehearsal
      duration: 6 ms
      services:
        server: { command: [sleep, "60"], background: true }
        client: { command: [sleep, "60"], wait_for: 'server:80' }
        peer: { command: [sleep, "60"] }
        late: { command: [sleep, "60"] }
      bridges: [left, right]
      links:
        - { from: client, to: left, latency: 1 ms, rate: 10 Mbit/s }
        - { from: peer, to: left, latency: 1 ms, rate: 10 Mbit/s }
        - { from: left, to: right, latency: 1 ms, rate: 10 Mbit/s }
        - { from: right, to: server, latency: 1 ms, rate: 10 Mbit/s }
        - { from: right, to: late, latency: 1 ms, rate: 10 Mbit/s }
      timeline:
        - { at: 0 ms, join: peer }
        - { at: 1 ms, join: late }
        - { at: 1 ms, set: left -- right, rate: 5 Mbit/s, latency: 2 ms }
        - { at: 2 ms, disconnect: peer }
        - { at: 2 ms, crash: late }
        - { at: 3 ms, set: left -- right, rate: 10 Mbit/s, latency: 1 ms }
        - { at: 3 ms, reconnect: peer }
        - { at: 3 ms, join: late }
        - { at: 4 ms, leave: late }
        - { at: 4 ms, disconnect: peer }
        - { at: 4 ms, crash: peer }
        - { at: 5 ms, join: peer }
      """;

  private final FutureTask<Integer> task = new FutureTask<>(Rehearsal::playAll);

  private Rehearsal() {}

  /** Begins on a thread of its own; once in a process, which then has all it needs. */
  static Rehearsal begin() {
    return Once.REHEARSAL;
  }

  /** Begins with its first use. */
  private static final class Once {
    private static final Rehearsal REHEARSAL = start();

    private static Rehearsal start() {
      Rehearsal rehearsal = new Rehearsal();
      Thread.ofPlatform().name("kollaps-rehearsal").daemon().start(rehearsal.task);
      return rehearsal;
    }
  }

  /**
   * Waits for its end.
   *
   * @return how often it was played
   * @throws FabricException when it failed: the real run would as well
   */
  int await() throws FabricException, InterruptedException {
    try {
      return task.get(AWAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new FabricException("the rehearsal of the run failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new FabricException(
          "the rehearsal of the run did not end within "
              + AWAIT_SECONDS
              + " s; the machine is too busy",
          e);
    }
  }

  private static int playAll() throws FabricException, InterruptedException {
    CompiledExperiment compiled = compiled();
    long deadline = System.nanoTime() + MAX_NANOS;
    int plays = 0;
    while (plays < MAX_PLAYS && System.nanoTime() < deadline) {
      play(compiled);
      plays++;
    }
    return plays;
  }

  /** The experiment with every kind of event. */
  static CompiledExperiment compiled() {
    try {
      return switch (ExperimentReader.read(
          "rehearsal.yaml", EXPERIMENT.getBytes(StandardCharsets.UTF_8))) {
        case ReadResult.Valid valid -> ExperimentCompiler.compile(valid.experiment(), 0);
        case ReadResult.Invalid invalid ->
            throw new IllegalStateException("a defect of Kollaps: " + invalid.problems());
      };
    } catch (CompileException e) {
      throw new IllegalStateException("a defect of Kollaps: " + e.problems(), e);
    }
  }

  private static void play(CompiledExperiment compiled)
      throws FabricException, InterruptedException {
    int count = compiled.endpoints().size();
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT, compiled.experiment().settings().sharing(), 0, source -> true);
    RehearsalFabric fabric = new RehearsalFabric(count);
    FlowSampler sampler = new FlowSampler(compiled.endpoints());
    Homes homes = Homes.alone(compiled);
    SharingLoop sharing =
        new SharingLoop(core, fabric, sampler, count, homes, SharingLoop.Peers.NONE);
    List<RehearsalInstance> instances = new ArrayList<>();
    for (Endpoint _ : compiled.endpoints()) {
      instances.add(new RehearsalInstance());
    }
    try (EpochPreparer epochs = new EpochPreparer(compiled, homes)) {
      PreparedPart part =
          new PreparedPart(PreparedPart.byIndex(instances), fabric, epochs.next(), epochs);
      long startNanos = System.nanoTime();
      sharing.epoch(startNanos, part.firstEpoch());
      LoopAssembly assembly =
          new LoopAssembly(
              compiled,
              homes,
              part,
              sharing,
              sampler,
              new ProgramLog(compiled.endpoints()),
              LoopListener.silent(),
              PeerConditions.alone(new Waited(compiled.endpoints()), homes),
              new EventInbox(),
              new LoopAssembly.Times(startNanos, 0, MAX_NANOS));
      try (ConditionWatch _ = new ConditionWatch(assembly.conditions())) {
        assembly.loop().play();
      }
    }
  }
}
