package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.ControllerCommand;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.ControllerEvent;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.leader.ExperimentController;
import io.kollaps.node.control.leader.NodeFact;
import io.kollaps.node.control.leader.PlacementDesk;
import io.kollaps.node.control.leader.RunView;
import io.kollaps.node.control.leader.StoredRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The experiment controller at work: feeds it, and does what it wants done. It decides only while
 * its node leads.
 */
final class ControllerLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);

  private final ClusterAccess cluster;
  private final ControllerSettings settings;
  private final RunStore store;
  private final Supplier<PlacementDesk> desks;
  private final Happenings happenings;
  private final BiConsumer<NodeId, Instruction> instruct;
  private final ExperimentController controller;
  private final Map<Long, CompletableFuture<CallAnswer>> calls = new ConcurrentHashMap<>();
  private final AtomicLong callNumbers = new AtomicLong();

  /** One thread: placing and reserving go in the order in which they are wanted. */
  private final ExecutorService placing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("kollaps-placing").factory());

  private final ExecutorService recording = Executors.newVirtualThreadPerTaskExecutor();
  private final EventLoop<ControllerEvent> loop;
  private volatile List<RunView> views = List.of();
  private @Nullable PlacementDesk desk;

  /**
   * Begins; it does not lead yet.
   *
   * @param desks makes the desk where runs are placed, on the placing thread
   * @param instruct sends an instruction, without waiting
   */
  ControllerLoop(
      ClusterAccess cluster,
      ControllerSettings settings,
      RunStore store,
      Supplier<PlacementDesk> desks,
      Happenings happenings,
      RandomGenerator random,
      BiConsumer<NodeId, Instruction> instruct) {
    this.cluster = cluster;
    this.settings = settings;
    this.store = store;
    this.desks = desks;
    this.happenings = happenings;
    this.instruct = instruct;
    controller = new ExperimentController(cluster.self(), settings, random);
    loop =
        new EventLoop<>(
            "kollaps-controller",
            this::handle,
            this::nextTickNanos,
            () -> new ControllerEvent.TimePassed(now(), millis()));
  }

  private long nextTickNanos() {
    return views.isEmpty() ? EventLoop.IDLE_TICK_NANOS : settings.tickNanos();
  }

  private long now() {
    return cluster.clockNanos();
  }

  private long millis() {
    return cluster.clockNanos() / 1_000_000;
  }

  // ---- what happens -------------------------------------------------------------------------

  /** This node leads from now on. */
  void led(long term, List<NodeFact> members) {
    List<StoredRun> runs = store.runs();
    loop.tell(new ControllerEvent.Led(now(), millis(), term, runs, store.files(), members));
  }

  /** This node leads no more. */
  void ledNoMore() {
    loop.tell(new ControllerEvent.LedNoMore(now()));
  }

  /** The members are these now. */
  void members(List<NodeFact> members) {
    loop.tell(new ControllerEvent.Members(now(), members));
  }

  /** A member is given up. */
  void lost(NodeId node) {
    loop.tell(new ControllerEvent.NodeLost(now(), node));
  }

  /** A lost member is back. */
  void back(NodeId node) {
    loop.tell(new ControllerEvent.NodeBack(now(), node));
  }

  /** A node told what it has; false when it is to say it again later. */
  boolean said(NodeReport report) {
    return loop.offer(new ControllerEvent.NodeSaid(now(), report));
  }

  /** Somebody wants an experiment to run. */
  CompletableFuture<CallAnswer> submit(Submission submission) {
    return call(number -> new ControllerEvent.Submitted(now(), millis(), number, submission));
  }

  /** Somebody wants a run, or all, to end. */
  CompletableFuture<CallAnswer> stop(Optional<RunId> run) {
    return call(number -> new ControllerEvent.StopAsked(now(), number, run));
  }

  @FunctionalInterface
  private interface Call {
    ControllerEvent numbered(long number);
  }

  private CompletableFuture<CallAnswer> call(Call call) {
    long number = callNumbers.incrementAndGet();
    CompletableFuture<CallAnswer> answer = new CompletableFuture<>();
    calls.put(number, answer);
    if (!loop.offer(call.numbered(number))) {
      calls.remove(number);
      answer.complete(new CallAnswer.TryAgain("the leader has too much to do; try again"));
    }
    return answer.whenComplete((done, failure) -> calls.remove(number));
  }

  /** All runs as the controller saw them after the last event. */
  List<RunView> runs() {
    return views;
  }

  // ---- what is done about it ----------------------------------------------------------------

  private void handle(ControllerEvent event) {
    List<ControllerCommand> commands = controller.handle(event);
    for (ControllerCommand command : commands) {
      carryOut(command);
    }
    if (!commands.isEmpty() || !(event instanceof ControllerEvent.TimePassed)) {
      views = controller.runs();
    }
  }

  private void carryOut(ControllerCommand command) {
    switch (command) {
      case ControllerCommand.Place place ->
          inOrder(
              () ->
                  loop.tell(
                      new ControllerEvent.PlacingDone(
                          now(), place.ticket(), place.key(), desk().place(place))));
      case ControllerCommand.Reserve reserve -> inOrder(() -> reserve(reserve));
      case ControllerCommand.Release release -> inOrder(() -> desk().release(release.key()));
      case ControllerCommand.ReleaseAll() -> inOrder(() -> desk().releaseAll());
      case ControllerCommand.WriteRecord record -> recorded(record);
      case ControllerCommand.DropFile(RunId run) -> recorded(() -> store.dropFile(run));
      case ControllerCommand.DropRecord(RunId run) -> recorded(() -> store.dropRecord(run));
      case ControllerCommand.Instruct(NodeId node, Instruction instruction) ->
          instruct.accept(node, instruction);
      case ControllerCommand.Answer(long call, CallAnswer answer) -> {
        CompletableFuture<CallAnswer> waiting = calls.remove(call);
        if (waiting != null) {
          waiting.complete(answer);
        }
      }
      case ControllerCommand.Tell(ControllerCommand.Happening happening) -> {
        LOG.info("run {}: {}", happening.run(), happening.text());
        happenings.add(happening, millis());
      }
    }
  }

  /** Only on the placing thread. */
  private PlacementDesk desk() {
    PlacementDesk known = desk;
    if (known == null) {
      known = desks.get();
      desk = known;
    }
    return known;
  }

  private void reserve(ControllerCommand.Reserve reserve) {
    if (!desk().reserve(reserve)) {
      LOG.warn("what run {} needs is not reserved again", reserve.record().run());
    }
  }

  /** What is asked of the desk by others than the controller; in its turn. */
  <T> CompletableFuture<T> atDesk(Function<PlacementDesk, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    inOrder(
        () -> {
          try {
            answer.complete(question.apply(desk()));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private void inOrder(Runnable task) {
    try {
      placing.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              LOG.error("this is a bug: a placement failed", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("nothing is placed any more: this node is stopping");
    }
  }

  @FunctionalInterface
  private interface Writing {
    void write() throws InterruptedException;
  }

  private void recorded(Writing writing) {
    try {
      recording.execute(
          () -> {
            try {
              writing.write();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
              LOG.error("this is a bug: a record could not be written", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("nothing is recorded any more: this node is stopping");
    }
  }

  private void recorded(ControllerCommand.WriteRecord command) {
    recorded(
        () -> {
          RunId run = command.record().run();
          Optional<RunStore.Problem> problem =
              store.write(command.record(), command.expectedVersion(), command.file());
          if (problem.isEmpty()) {
            loop.tell(new ControllerEvent.Recorded(now(), run, command.expectedVersion() + 1));
          } else {
            Optional<StoredRun> current = store.find(run);
            loop.tell(
                new ControllerEvent.RecordFailed(
                    now(),
                    run,
                    problem.get().forGood(),
                    current.map(StoredRun::record),
                    current.map(StoredRun::version).orElse(0L),
                    problem.get().why()));
          }
        });
  }

  /** Bounds of the controller. */
  ControllerSettings settings() {
    return settings;
  }

  @Override
  public void close() {
    loop.close();
    placing.shutdownNow();
    recording.shutdownNow();
    calls
        .values()
        .forEach(waiting -> waiting.complete(new CallAnswer.TryAgain("this node is stopping")));
  }
}
