package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.emulation.start.StartSettings;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.leader.ControllerCommand;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.ControllerEvent;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.leader.ExperimentController;
import io.kollaps.node.control.leader.NodeFact;
import io.kollaps.node.control.leader.PlaceableCluster;
import io.kollaps.node.control.leader.PlacementDesk;
import io.kollaps.node.control.leader.RunView;
import io.kollaps.node.control.leader.StoredRun;
import io.kollaps.node.control.manager.EmulationManager;
import io.kollaps.node.control.manager.ManagerCommand;
import io.kollaps.node.control.manager.ManagerEvent;
import io.kollaps.node.control.manager.ManagerSettings;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.Verdict;
import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.Placer;
import io.kollaps.placement.network.KnownTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A cluster on which everything happens at once and nothing is lost, unless a test says so: one
 * controller that leads, a desk, managers, and parts that do at once what they are told.
 */
public final class TinyCluster {
  static final long SECOND = 1_000_000_000L;
  private static final long TICK = SECOND / 10;

  final List<NodeId> nodes = new ArrayList<>();
  final Map<NodeId, EmulationManager> managers = new TreeMap<>();
  final Map<RunId, StoredRun> records = new LinkedHashMap<>();
  final Map<RunId, FileContent> files = new HashMap<>();
  final Map<Long, List<CallAnswer>> answers = new HashMap<>();
  final List<ControllerCommand> log = new ArrayList<>();
  final Map<NodeId, Set<PartKey>> alive = new TreeMap<>();
  final Set<NodeId> down = new HashSet<>();

  /** Commands to parts that are not carried out. */
  Predicate<ManagerCommand> stuck = _ -> false;

  /** Instructions and reports that are lost. */
  Predicate<Object> lost = _ -> false;

  /** Whether records are written. */
  boolean writes = true;

  final PlacementDesk desk;
  ExperimentController controller;
  private final ControllerSettings settings;
  private final Deque<Runnable> queue = new ArrayDeque<>();
  private final int slots;
  private long now = 1_000 * SECOND;
  private long term;
  private long nextCall = 1;
  private long incarnations = 1;

  TinyCluster(int count, int slots, ControllerSettings settings) {
    this.settings = settings;
    this.slots = slots;
    for (int i = 0; i < count; i++) {
      nodes.add(new NodeId("n" + i));
    }
    desk =
        new PlacementDesk(
            this::placeable,
            new Placer(() -> 0),
            new PlacementOptions(Long.MAX_VALUE, 2_000, 1),
            Set.of("user-space"));
    nodes.forEach(this::boot);
    controller = controller();
    lead();
  }

  private ExperimentController controller() {
    SplittableRandom random = new SplittableRandom(term + 1);
    return new ExperimentController(nodes.getFirst(), settings, random::nextLong);
  }

  private PlaceableCluster placeable() {
    List<NodeCapacity> capacities = new ArrayList<>();
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (NodeId node : nodes) {
      capacities.add(
          new NodeCapacity(
              node.value(),
              down.contains(node) ? 0 : slots,
              NodeCapacity.UNLIMITED,
              NodeCapacity.UNLIMITED,
              0));
      vertices.add(
          new KnownTree.Vertex(
              node.value(), Optional.of(nodes.size()), 1_000_000_000L, 1_000_000_000L));
    }
    vertices.add(new KnownTree.Vertex("switch", Optional.empty(), 0, 0));
    return new PlaceableCluster(
        new Cluster(capacities, new KnownTree(nodes.size(), vertices)), nodes);
  }

  private List<NodeFact> facts() {
    return nodes.stream()
        .map(id -> new NodeFact(id, id.value(), "10.0.0." + id.value(), 1500, !down.contains(id)))
        .toList();
  }

  /** A node's daemon begins, with nothing. */
  void boot(NodeId node) {
    down.remove(node);
    alive.put(node, new HashSet<>());
    managers.put(
        node,
        new EmulationManager(node, incarnations++, ManagerSettings.DEFAULT, StartSettings.DEFAULT));
    manage(node, new ManagerEvent.Began(now));
    nodes.forEach(other -> manage(node, new ManagerEvent.ClockKnown(now, other, 0, 1000)));
    pump();
  }

  /** A node is gone, with everything on it. */
  void crash(NodeId node) {
    down.add(node);
    alive.put(node, new HashSet<>());
    managers.remove(node);
  }

  /** The leader finds that a node is lost. */
  void lose(NodeId node) {
    control(new ControllerEvent.NodeLost(now, node));
    pump();
  }

  void back(NodeId node) {
    control(new ControllerEvent.NodeBack(now, node));
    pump();
  }

  /** Another controller leads, with what is on record. */
  void changeLeader() {
    controller = controller();
    lead();
  }

  private void lead() {
    term++;
    List<StoredRun> runs = new ArrayList<>();
    records
        .values()
        .forEach(
            run ->
                runs.add(
                    new StoredRun(
                        run.record(),
                        run.version(),
                        Optional.ofNullable(files.get(run.record().run())))));
    control(new ControllerEvent.Led(now, now / 1_000_000, term, runs, files.keySet(), facts()));
    pump();
  }

  long submit(Submission submission) {
    long call = nextCall++;
    control(new ControllerEvent.Submitted(now, now / 1_000_000, call, submission));
    pump();
    return call;
  }

  long stop(Optional<RunId> run) {
    long call = nextCall++;
    control(new ControllerEvent.StopAsked(now, call, run));
    pump();
    return call;
  }

  /** The run that a submission came to. */
  RunId accepted(Submission submission) {
    return ((CallAnswer.Accepted) answer(submit(submission))).run();
  }

  /** The one answer to a call. */
  CallAnswer answer(long call) {
    List<CallAnswer> all = answers.getOrDefault(call, List.of());
    if (all.size() != 1) {
      throw new AssertionError("call " + call + " has " + all.size() + " answers: " + all);
    }
    return all.getFirst();
  }

  RunView view(RunId run) {
    return controller.run(run).orElseThrow();
  }

  RunPhase phase(RunId run) {
    return view(run).record().phase();
  }

  RunRecord recorded(RunId run) {
    return records.get(run).record();
  }

  long now() {
    return now;
  }

  /** Lets time pass. */
  void play(long nanos) {
    long until = now + nanos;
    while (now < until) {
      now += TICK;
      managers.keySet().forEach(node -> manage(node, new ManagerEvent.TimePassed(now)));
      control(new ControllerEvent.TimePassed(now, now / 1_000_000));
      pump();
    }
  }

  /** A part says something. */
  void part(NodeId node, ManagerEvent event) {
    manage(node, event);
    pump();
  }

  void allIdle(PartKey key) {
    for (NodeId node : List.copyOf(managers.keySet())) {
      if (alive.get(node).contains(key)) {
        part(node, new ManagerEvent.PartIdle(now, key, true));
      }
    }
  }

  void control(ControllerEvent event) {
    for (ControllerCommand command : controller.handle(event)) {
      log.add(command);
      queue.add(() -> carryOut(command));
    }
  }

  void pump() {
    for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
      next.run();
    }
  }

  private void manage(NodeId node, ManagerEvent event) {
    EmulationManager manager = managers.get(node);
    if (manager == null) {
      return;
    }
    for (ManagerCommand command : manager.handle(event)) {
      queue.add(
          () -> {
            if (!stuck.test(command) && managers.get(node) == manager) {
              carryOut(node, command);
            }
          });
    }
  }

  private void carryOut(NodeId node, ManagerCommand command) {
    switch (command) {
      case ManagerCommand.Sweep _ -> manage(node, new ManagerEvent.Swept(now));
      case ManagerCommand.CreatePart create -> {
        alive.get(node).add(create.key());
        manage(node, new ManagerEvent.PartPrepared(now, create.key(), 7800));
      }
      case ManagerCommand.LinkPart link ->
          manage(node, new ManagerEvent.PartReady(now, link.key()));
      case ManagerCommand.StartPart start ->
          manage(node, new ManagerEvent.PartStarted(now, start.key(), 0));
      case ManagerCommand.EndPart end -> {
        alive.get(node).remove(end.key());
        manage(
            node,
            new ManagerEvent.PartEnded(
                now, end.key(), new PartResult(Verdict.Grade.PASS, List.of())));
      }
      case ManagerCommand.AbandonPart abandon -> alive.get(node).remove(abandon.key());
      case ManagerCommand.SendRing send ->
          manage(send.to(), new ManagerEvent.RingHeard(now, send.envelope()));
      case ManagerCommand.TakeRing take ->
          manage(take.to(), new ManagerEvent.RingTaken(now, take.envelope()));
      case ManagerCommand.Report report -> {
        if (!lost.test(report)) {
          control(new ControllerEvent.NodeSaid(now, report.report()));
        }
      }
    }
  }

  private void carryOut(ControllerCommand command) {
    switch (command) {
      case ControllerCommand.Place place ->
          control(
              new ControllerEvent.PlacingDone(now, place.ticket(), place.key(), desk.place(place)));
      case ControllerCommand.Reserve reserve -> {
        if (!desk.reserve(reserve)) {
          throw new AssertionError("nothing was reserved for " + reserve.record());
        }
      }
      case ControllerCommand.Release release -> desk.release(release.key());
      case ControllerCommand.ReleaseAll _ -> desk.releaseAll();
      case ControllerCommand.WriteRecord write -> {
        if (writes) {
          write(write);
        }
      }
      case ControllerCommand.DropFile drop -> files.remove(drop.run());
      case ControllerCommand.DropRecord drop -> records.remove(drop.run());
      case ControllerCommand.Instruct instruct -> {
        if (!lost.test(instruct)) {
          manage(instruct.node(), new ManagerEvent.Instructed(now, instruct.instruction()));
        }
      }
      case ControllerCommand.Answer answer ->
          answers.computeIfAbsent(answer.call(), _ -> new ArrayList<>()).add(answer.answer());
      case ControllerCommand.Tell _ -> {}
    }
  }

  private void write(ControllerCommand.WriteRecord write) {
    RunId run = write.record().run();
    long version = records.containsKey(run) ? records.get(run).version() : 0;
    if (version != write.expectedVersion()) {
      throw new AssertionError("version " + version + " before " + write);
    }
    try {
      RunRecord read = RunDocuments.decode(RunDocuments.encode(write.record()));
      if (!read.equals(write.record())) {
        throw new AssertionError(read + " was " + write.record());
      }
    } catch (UnknownFormatException e) {
      throw new AssertionError(e);
    }
    write.file().ifPresent(file -> files.put(run, file));
    records.put(run, new StoredRun(write.record(), version + 1, Optional.empty()));
    control(new ControllerEvent.Recorded(now, run, version + 1));
  }

  // Experiments

  /** Clients around one bridge. */
  public static String star(String name, int services, String rate) {
    StringBuilder text = new StringBuilder("name: " + name + "\nduration: 1 h\nservices:\n");
    for (int i = 0; i < services; i++) {
      text.append("  a").append(i).append(": {command: sleep 1}\n");
    }
    text.append("bridges: [s]\nlinks:\n");
    for (int i = 0; i < services; i++) {
      text.append("  - {from: a").append(i).append(", to: s, latency: 1 ms, rate: ");
      text.append(rate).append("}\n");
    }
    return text.toString();
  }

  public static Submission submission(String request, String file, LossPolicy policy) {
    return new Submission(
        request,
        request + ".yaml",
        new FileContent(file.getBytes(StandardCharsets.UTF_8)),
        OptionalLong.of(1),
        "auto",
        policy,
        Map.of());
  }

  /** Three services, one on each of the first nodes when nothing else runs. */
  public static Submission three(String request, LossPolicy policy) {
    return submission(request, star(request, 3, "10 Mbit/s"), policy);
  }
}
