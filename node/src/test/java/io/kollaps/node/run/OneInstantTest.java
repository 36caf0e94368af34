package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the fabric and the endpoints are told at one instant of a run, and in which order. */
@Timeout(60)
class OneInstantTest {
  private static final String EXPERIMENT =
      """
      name: instant
      duration: 60 ms
      services:
        a: { command: [a] }
        b: { command: [b] }
        c: { command: [c] }
      bridges: [hub]
      links:
        - { from: a, to: hub, latency: 1 ms, rate: 10 Mbit/s }
        - { from: b, to: hub, latency: 1 ms, rate: 10 Mbit/s }
        - { from: c, to: hub, latency: 1 ms, rate: 10 Mbit/s }
      timeline:
        - { at: 0 ms, join: b }
        - { at: 20 ms, disconnect: a }
        - { at: 20 ms, join: c }
        - { at: 20 ms, reconnect: a }
        - { at: 20 ms, disconnect: b }
        - { at: 20 ms, leave: b }
        - { at: 20 ms, crash: a }
        - { at: 20 ms, set: b -> hub, latency: 7 ms }
        - { at: 40 ms, join: b }
      """;

  private final List<String> done = new CopyOnWriteArrayList<>();
  private final List<EventRecord> recorded = new ArrayList<>();

  @Test
  void shouldChangePathsFirstAndKeepTheOrderOfTheFile() throws Exception {
    play();

    List<String> instant = done.subList(done.indexOf("paths"), done.size());
    assertThat(instant)
        .containsSubsequence(
            "paths",
            "disconnected a",
            "start c",
            "connected a",
            "disconnected b",
            "leave b",
            "crash a");
    // b was cut off when it left; it joins again with its network
    assertThat(instant).containsSubsequence("leave b", "prepare b", "connected b", "start b");
    assertThat(instant).doesNotContain("prepare a", "prepare c");
  }

  @Test
  void shouldRecordEveryEventOfTheInstantOnceAndNoneBeforeItsTime() throws Exception {
    play();

    List<EventRecord> instant =
        recorded.stream().filter(e -> e.plannedNanos() == 20_000_000).toList();
    assertThat(instant)
        .extracting(e -> e.kind() + " " + e.subject())
        .containsExactly(
            "link-set b->hub",
            "disconnect a",
            "join c",
            "reconnect a",
            "disconnect b",
            "leave b",
            "crash a");
    assertThat(instant).allSatisfy(e -> assertThat(e.failure()).isEmpty());
    assertThat(recorded).allSatisfy(e -> assertThat(e.latenessNanos()).isNotNegative());
  }

  private void play() throws Exception {
    CompiledExperiment compiled =
        switch (ExperimentReader.read(
            "instant.yaml", EXPERIMENT.getBytes(StandardCharsets.UTF_8))) {
          case ReadResult.Valid valid -> ExperimentCompiler.compile(valid.experiment(), 1);
          case ReadResult.Invalid invalid ->
              throw new AssertionError(String.valueOf(invalid.problems()));
        };
    List<EndpointInstance> instances = new ArrayList<>();
    compiled.endpoints().forEach(endpoint -> instances.add(new Noted(endpoint)));
    FlowSampler sampler = new FlowSampler(compiled.endpoints());
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT, compiled.experiment().settings().sharing(), 0, source -> true);
    Fabric fabric = new NotedFabric(compiled.endpoints());
    Homes homes = Homes.alone(compiled);
    SharingLoop sharing = new SharingLoop(core, fabric, sampler, 3, homes, SharingLoop.Peers.NONE);
    try (EpochPreparer epochs = new EpochPreparer(compiled, homes)) {
      PreparedPart part =
          new PreparedPart(PreparedPart.byIndex(instances), fabric, epochs.next(), epochs);
      long start = System.nanoTime();
      sharing.epoch(start, part.firstEpoch());
      done.clear();
      LoopAssembly assembly =
          new LoopAssembly(
              compiled,
              homes,
              part,
              sharing,
              sampler,
              new ProgramLog(compiled.endpoints()),
              new Recording(),
              PeerConditions.alone(new Waited(compiled.endpoints()), homes),
              new EventInbox(),
              new LoopAssembly.Times(start, 0, 1_000_000_000L));
      RunCommand.End end = assembly.loop().play();
      assertThat(end.reason()).isEqualTo(RunCommand.EndReason.TIME);
    }
  }

  /** Keeps the events. */
  private final class Recording implements LoopListener {
    @Override
    public void started(long latenessNanos) {
      // the events tell
    }

    @Override
    public void event(EventRecord event) {
      recorded.add(event);
    }

    @Override
    public void samples(long atNanos, List<FlowSample> samples) {
      // nothing sends
    }

    @Override
    public void idle() {
      // it ends by its time
    }
  }

  /** Notes what it is told; its program ends as soon as it is asked to. */
  private final class Noted implements EndpointInstance {
    private final String name;
    private CompletableFuture<ExitStatus> status = new CompletableFuture<>();

    Noted(Endpoint endpoint) {
      this.name = endpoint.name();
    }

    @Override
    public NetworkNamespace networkNamespace() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void awaitReady(long timeoutNanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void prepare() {
      done.add("prepare " + name);
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public CompletableFuture<ExitStatus> start() {
      done.add("start " + name);
      status = new CompletableFuture<>();
      return status;
    }

    @Override
    public boolean running() {
      return !status.isDone();
    }

    @Override
    public boolean listensOn(int port) {
      return false;
    }

    @Override
    public void leave(long graceNanos) {
      done.add("leave " + name);
      status.complete(new ExitStatus(143, ExitStatus.Cause.LEFT));
    }

    @Override
    public void crash() {
      done.add("crash " + name);
      status.complete(new ExitStatus(137, ExitStatus.Cause.CRASHED));
    }

    @Override
    public void remove() {
      throw new UnsupportedOperationException();
    }
  }

  /** Notes changes of paths and connections. */
  private final class NotedFabric implements Fabric {
    private final List<Endpoint> endpoints;

    NotedFabric(List<Endpoint> endpoints) {
      this.endpoints = endpoints;
    }

    @Override
    public String name() {
      return "noted";
    }

    @Override
    public void attach(PortSpec port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void detach(int endpoint) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setPaths(List<PathSetting> settings) {
      done.add("paths");
    }

    @Override
    public void setRates(int[] pathIds, long[] ratesBitsPerSecond) {
      // rates follow the paths
    }

    @Override
    public void setConnected(List<Connection> changes) {
      for (Connection change : changes) {
        String name = endpoints.get(change.endpoint()).name();
        done.add((change.connected() ? "connected " : "disconnected ") + name);
      }
    }

    @Override
    public void readUsage(UsageSink sink) {
      // nothing sends
    }

    @Override
    public PathCounters counters(int from, int to) {
      return PathCounters.ZERO;
    }

    @Override
    public long busyNanos() {
      return 0;
    }

    @Override
    public FabricHealth health() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      // nothing was opened
    }
  }
}
