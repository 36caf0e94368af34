package io.kollaps.node.control.simulate;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.replica.Replica;
import io.kollaps.cluster.simulate.replica.ReplicaListener;
import io.kollaps.cluster.simulate.replica.Submitted;
import io.kollaps.cluster.simulate.world.Alarm;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Program;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunDocuments;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.ControllerCommand;
import io.kollaps.node.control.leader.ControllerEvent;
import io.kollaps.node.control.leader.ExperimentController;
import io.kollaps.node.control.leader.PlacementDesk;
import io.kollaps.node.control.leader.StoredRun;
import io.kollaps.node.control.manager.EmulationManager;
import io.kollaps.node.control.manager.ManagerCommand;
import io.kollaps.node.control.manager.ManagerEvent;
import io.kollaps.node.control.manager.ManagerSettings;
import io.kollaps.node.load.FileContent;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.Placer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One node, from a start of its daemon to a crash. */
final class SimulatedNode implements Program<Word> {
  private static final long MILLI = 1_000_000L;
  private static final long EPOCH_MILLIS = 1_780_000_000_000L;
  private static final long WATCH_NANOS = 500 * MILLI;
  private static final int MISSES = 5;
  private static final long CLOCK_BOUND_NANOS = 400_000L;
  private static final long LATE_NANOS = 250 * MILLI;

  private final RunStory story;
  private final Host<Word> host;
  private final SplitMix64 random;
  private final EmulationManager manager;
  private final ExperimentController controller;
  private final PlacementDesk desk;
  private final SimulatedParts parts;
  private final Replica replica;
  private final Set<NodeId> lost = new TreeSet<>();
  private final int[] misses;
  private long deskFreeNanos;
  private @Nullable Alarm wake;
  private long disorder;
  private long believedTerm;

  SimulatedNode(RunStory story, Host<Word> host) {
    this.story = story;
    this.host = host;
    this.random = story.world().random("node " + host.id() + " " + host.starts());
    this.misses = new int[story.nodes().size()];
    this.manager =
        new EmulationManager(
            host.id(), host.starts(), RunStory.MANAGER_SETTINGS, ManagerSettings.START);
    this.controller =
        new ExperimentController(host.id(), story.controllerSettings(), random::nextLong);
    this.desk =
        new PlacementDesk(
            () -> story.placeable(lost),
            new Placer(() -> 0),
            new PlacementOptions(Long.MAX_VALUE, 20_000, 1),
            Set.of("user-space"));
    this.parts = new SimulatedParts(story, host, random, this::manage);
    this.replica = story.model().open(host, new Listener());
    manage(new ManagerEvent.Began(host.clockNanos()));
    host.after(below(200) * MILLI, this::tick);
    host.after(below(500) * MILLI, this::watch);
  }

  /** What its replica tells. */
  private final class Listener implements ReplicaListener {
    @Override
    public void changed(ControlState state) {}

    @Override
    public void led(long term) {
      lost.clear();
      List<StoredRun> runs = new ArrayList<>();
      Set<RunId> files = new HashSet<>();
      for (Document document : replica.state().documents().values()) {
        if (document.room().equals(RunDocuments.ROOM)) {
          RunRecord record = decode(document);
          runs.add(new StoredRun(record, document.version(), file(record.run())));
        } else if (document.room().equals(RunDocuments.FILE_ROOM)) {
          RunDocuments.runOfPiece(document.key()).ifPresent(files::add);
        }
      }
      control(
          new ControllerEvent.Led(
              host.clockNanos(), millis(), term, runs, files, story.facts(lost)));
    }

    @Override
    public void ledNoMore() {
      control(new ControllerEvent.LedNoMore(host.clockNanos()));
    }

    @Override
    public void leaderIs(Optional<NodeId> leader) {
      leader.ifPresent(node -> manage(new ManagerEvent.LeaderKnown(host.clockNanos(), node)));
    }
  }

  NodeId id() {
    return host.id();
  }

  ExperimentController controller() {
    return controller;
  }

  Replica replica() {
    return replica;
  }

  EmulationManager manager() {
    return manager;
  }

  PlacementDesk desk() {
    return desk;
  }

  private long below(int bound) {
    return random.below(bound);
  }

  private long millis() {
    return EPOCH_MILLIS + story.world().nowNanos() / MILLI;
  }

  private void tick() {
    manage(new ManagerEvent.TimePassed(host.clockNanos()));
    if (controller.leads()) {
      control(new ControllerEvent.TimePassed(host.clockNanos(), millis()));
    }
    host.after(RunStory.TICK_NANOS, this::tick);
  }

  /** The leader looks for lost nodes, the others for the leader's clock. */
  private void watch() {
    host.after(WATCH_NANOS, this::watch);
    Optional<NodeId> leader = replica.status().leader();
    if (leader.isPresent() && reached(leader.get())) {
      long error = below((int) (2 * CLOCK_BOUND_NANOS)) - CLOCK_BOUND_NANOS;
      long offset = story.network().host(leader.get()).clockNanos() - host.clockNanos() + error;
      manage(
          new ManagerEvent.ClockKnown(host.clockNanos(), leader.get(), offset, CLOCK_BOUND_NANOS));
    }
    if (controller.leads()) {
      for (int i = 0; i < story.nodes().size(); i++) {
        NodeId node = story.nodes().get(i);
        misses[i] = node.equals(id()) || reached(node) ? 0 : misses[i] + 1;
        boolean slip = !node.equals(id()) && story.slips() && below(2000) == 0;
        if ((misses[i] >= MISSES || slip) && lost.add(node)) {
          story.world().trace().note(id(), "gives up", node);
          story.notice(node);
          manage(new ManagerEvent.NodeGone(host.clockNanos(), node));
          control(new ControllerEvent.NodeLost(host.clockNanos(), node));
        } else if (misses[i] == 0 && !slip && lost.remove(node)) {
          control(new ControllerEvent.NodeBack(host.clockNanos(), node));
        }
      }
    }
  }

  private boolean reached(NodeId node) {
    return story.network().reaches(id(), node)
        && story.network().reaches(node, id())
        && story.network().host(node).up()
        && !story.network().host(node).paused();
  }

  // Messages

  @Override
  public void datagram(NodeId from, Word word) {
    long now = host.clockNanos();
    switch (word) {
      case Word.Told told -> manage(new ManagerEvent.Instructed(now, tampered(told.instruction())));
      case Word.Said said -> control(new ControllerEvent.NodeSaid(now, tampered(said.report())));
      case Word.Ring ring -> manage(new ManagerEvent.RingHeard(now, ring.envelope()));
      case Word.Taken taken -> manage(new ManagerEvent.RingTaken(now, taken.envelope()));
    }
  }

  private Instruction tampered(Instruction instruction) {
    if (story.sabotage() != Sabotage.OBEY_ANYBODY) {
      return instruction;
    }
    disorder = instruction.term() > believedTerm ? instruction.sequence() : disorder + 1;
    believedTerm = Math.max(believedTerm, instruction.term());
    return new Instruction(
        instruction.leader(), believedTerm, disorder, host.starts(), instruction.order());
  }

  private NodeReport tampered(NodeReport report) {
    return story.sabotage() == Sabotage.BELIEVE_OLD_REPORTS && controller.leads()
        ? new NodeReport(
            report.node(),
            report.incarnation(),
            ++disorder,
            replica.leadingTerm(),
            Long.MAX_VALUE,
            report.parts())
        : report;
  }

  @Override
  public void called(NodeId from, Word request, Answer<Word> answer) {
    throw new IllegalStateException("nobody calls here");
  }

  void submit(long call, Submission submission) {
    control(new ControllerEvent.Submitted(host.clockNanos(), millis(), call, submission));
  }

  void stop(long call, Optional<RunId> run) {
    control(new ControllerEvent.StopAsked(host.clockNanos(), call, run));
  }

  // The manager

  private void manage(ManagerEvent event) {
    for (ManagerCommand command : manager.handle(event)) {
      carryOut(command);
    }
    Alarm before = wake;
    if (before != null) {
      before.cancel();
      wake = null;
    }
    OptionalLong next = manager.wakeNanos();
    if (next.isPresent()) {
      wake =
          host.after(
              Math.max(0, next.getAsLong() - host.clockNanos()) + 1000,
              () -> manage(new ManagerEvent.TimePassed(host.clockNanos())));
    }
  }

  private void carryOut(ManagerCommand command) {
    switch (command) {
      case ManagerCommand.Sweep _ ->
          host.after(below(800) * MILLI, () -> manage(new ManagerEvent.Swept(host.clockNanos())));
      case ManagerCommand.CreatePart create -> parts.create(create);
      case ManagerCommand.LinkPart link -> parts.link(link.key());
      case ManagerCommand.StartPart start -> {
        long late =
            story.sabotage() == Sabotage.START_LATE && id().equals(story.nodes().getLast())
                ? LATE_NANOS
                : 0;
        noteStart(start.key(), start.localNanos() + late);
        parts.start(start.key(), start.localNanos() + late);
      }
      case ManagerCommand.EndPart end -> parts.end(end.key());
      case ManagerCommand.AbandonPart abandon -> parts.abandon(abandon.key());
      case ManagerCommand.SendRing send -> host.send(send.to(), new Word.Ring(send.envelope()));
      case ManagerCommand.TakeRing take -> host.send(take.to(), new Word.Taken(take.envelope()));
      case ManagerCommand.Report report ->
          host.send(report.leader(), new Word.Said(report.report()));
    }
  }

  private void noteStart(PartKey key, long localNanos) {
    if (manager.parts().get(key) instanceof PartState.Agreed agreed) {
      long ahead = localNanos - host.clockNanos();
      story
          .truth()
          .starts(
              id(),
              key,
              agreed.instantNanos() + " on " + agreed.clock(),
              story.world().nowNanos() + ahead,
              2 * CLOCK_BOUND_NANOS);
    }
  }

  // The controller

  private void control(ControllerEvent event) {
    for (ControllerCommand command : controller.handle(event)) {
      carryOut(command);
    }
  }

  private void carryOut(ControllerCommand command) {
    switch (command) {
      case ControllerCommand.Place place ->
          atDesk(
              1 + below(300),
              () ->
                  control(
                      new ControllerEvent.PlacingDone(
                          host.clockNanos(), place.ticket(), place.key(), desk.place(place))));
      case ControllerCommand.Reserve reserve ->
          atDesk(
              1 + below(50),
              () ->
                  story
                      .world()
                      .demand(
                          desk.reserve(reserve),
                          () -> "nothing was reserved again for " + reserve.record()));
      case ControllerCommand.Release release ->
          atDesk(
              0,
              () -> {
                if (story.sabotage() != Sabotage.KEEP_RESERVATIONS) {
                  desk.release(release.key());
                }
              });
      case ControllerCommand.ReleaseAll _ -> atDesk(0, desk::releaseAll);
      case ControllerCommand.WriteRecord write -> write(write);
      case ControllerCommand.DropFile drop -> dropFile(drop.run());
      case ControllerCommand.DropRecord drop ->
          replica.submit(
              new ControlCommand.RemoveDocument(RunDocuments.ROOM, drop.run().value()), _ -> {});
      case ControllerCommand.Instruct instruct ->
          host.send(instruct.node(), new Word.Told(instruct.instruction()));
      case ControllerCommand.Answer answer -> story.answer(answer.call(), answer.answer());
      case ControllerCommand.Tell tell ->
          story.world().trace().note(id(), "tells", tell.happening());
    }
  }

  /** The desk does one thing after the other. */
  private void atDesk(long tookMillis, Runnable work) {
    long now = story.world().nowNanos();
    deskFreeNanos = Math.max(deskFreeNanos, now) + tookMillis * MILLI;
    host.after(deskFreeNanos - now, work);
  }

  // Records

  private static RunRecord decode(Document document) {
    try {
      return RunDocuments.decode(document.content());
    } catch (UnknownFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<FileContent> file(RunId run) {
    List<com.google.protobuf.ByteString> pieces = new ArrayList<>();
    for (int piece = 0; ; piece++) {
      Document document =
          replica
              .state()
              .documents()
              .get(new Document.Key(RunDocuments.FILE_ROOM, RunDocuments.pieceKey(run, piece)));
      if (document == null) {
        break;
      }
      pieces.add(document.content());
    }
    try {
      return RunDocuments.join(pieces);
    } catch (UnknownFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(ControllerCommand.WriteRecord write) {
    if (story.sabotage() == Sabotage.WRITE_NOTHING && write.expectedVersion() > 0) {
      control(
          new ControllerEvent.Recorded(
              host.clockNanos(), write.record().run(), write.expectedVersion() + 1));
      return;
    }
    write
        .file()
        .ifPresent(
            file -> {
              List<com.google.protobuf.ByteString> pieces = RunDocuments.pieces(file);
              for (int i = 0; i < pieces.size(); i++) {
                replica.submit(
                    new ControlCommand.PutDocument(
                        RunDocuments.FILE_ROOM,
                        RunDocuments.pieceKey(write.record().run(), i),
                        pieces.get(i),
                        OptionalLong.empty()),
                    _ -> {});
              }
            });
    replica.submit(
        new ControlCommand.PutDocument(
            RunDocuments.ROOM,
            write.record().run().value(),
            RunDocuments.encode(write.record()),
            OptionalLong.of(write.expectedVersion())),
        how -> written(write, how));
  }

  private void written(ControllerCommand.WriteRecord write, Submitted how) {
    RunId run = write.record().run();
    if (how instanceof Submitted.Decided(Outcome.Done _)) {
      control(new ControllerEvent.Recorded(host.clockNanos(), run, write.expectedVersion() + 1));
      return;
    }
    Optional<Document> current =
        Optional.ofNullable(
            replica.state().documents().get(new Document.Key(RunDocuments.ROOM, run.value())));
    long version = current.map(Document::version).orElse(0L);
    control(
        new ControllerEvent.RecordFailed(
            host.clockNanos(),
            run,
            how instanceof Submitted.Decided && version == write.expectedVersion(),
            current.map(SimulatedNode::decode),
            version,
            how.toString()));
  }

  private void dropFile(RunId run) {
    for (Document.Key key : replica.state().documents().keySet()) {
      if (key.room().equals(RunDocuments.FILE_ROOM)
          && RunDocuments.runOfPiece(key.key()).filter(run::equals).isPresent()) {
        replica.submit(new ControlCommand.RemoveDocument(key.room(), key.key()), _ -> {});
      }
    }
  }
}
