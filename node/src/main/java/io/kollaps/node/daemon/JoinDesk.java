package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.DescribedCapacities;
import io.kollaps.cluster.capacity.ExpectedCapacities;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.generated.EndProbeRequest;
import io.kollaps.cluster.generated.ProbesGrpc;
import io.kollaps.cluster.generated.ServeProbeReply;
import io.kollaps.cluster.join.CapacityCodec;
import io.kollaps.cluster.join.CapacityRecord;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.JoinCoordinator;
import io.kollaps.cluster.join.JoinMessages;
import io.kollaps.cluster.join.JoinPolicy;
import io.kollaps.cluster.join.LeaderCommand;
import io.kollaps.cluster.join.LeaderEvent;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbeReport;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.control.RunDocuments;
import io.kollaps.node.network.CapacityDescription;
import io.kollaps.node.probe.ProbeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes in while this one leads: {@link JoinCoordinator} on its event loop, and what it asks
 * for around it. Calls and writes run on threads of their own; their ends are events. What belongs
 * to an earlier time as the leader is dropped.
 */
final class JoinDesk implements AutoCloseable {
  private static final long ANSWER_SECONDS = 10;
  private static final long WRITE_SECONDS = 30;
  private static final long IDLE_SECONDS = 5;
  private static final Duration SHORT_CALL = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(JoinDesk.class);

  private final ClusterNode node;
  private final NodeProfile self;
  private final ProbeStation station;
  private final JoinPolicy policy;
  private final boolean verifies;
  private final JoinCoordinator coordinator;
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("kollaps-joins").factory());

  // ---- touched by the loop's thread only
  private final Map<Long, CompletableFuture<JoinAnswer>> answers = new HashMap<>();
  private final Map<NodePair, List<CompletableFuture<Boolean>>> verifications = new HashMap<>();
  private final Map<NodePair, List<CompletableFuture<Boolean>>> ties = new HashMap<>();
  private Map<NodeId, NodeProfile> members = Map.of();
  private Set<NodeId> lost = Set.of();
  private Optional<Document> description = Optional.empty();
  private @Nullable ScheduledFuture<?> ticks;
  private @Nullable ScheduledFuture<?> idles;
  private boolean leading;
  private long time;
  private long calls;

  JoinDesk(ClusterNode node, NodeProfile self, ProbeStation station, MeasuringSettings settings) {
    this.node = node;
    this.self = self;
    this.station = station;
    policy = settings.policy();
    verifies = settings.on() && !settings.verifyAfter().isZero();
    coordinator = new JoinCoordinator(policy, settings.search(), node.random());
  }

  // ---- from other threads ----------------------------------------------------------------

  /** Tells a joining node what to do; waits a moment for it. */
  JoinAnswer answer(JoinCall call) throws InterruptedException {
    CompletableFuture<JoinAnswer> answer = new CompletableFuture<>();
    JoinAnswer later = new JoinAnswer.Wait("the leader is busy", false, policy.waitNanos());
    try {
      loop.execute(
          () -> {
            long number = calls++;
            answers.put(number, answer);
            tell(new LeaderEvent.Called(now(), number, call));
            answers.remove(number);
          });
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer is never an exception", e);
    } catch (TimeoutException | RejectedExecutionException e) {
      return later;
    }
  }

  /**
   * Sees to it that a pair is probed, if it was not lately.
   *
   * @return whether the map is right about it; false also when it could not be probed
   */
  CompletableFuture<Boolean> verify(NodePair pair) {
    return ask(verifications, pair, new LeaderEvent.VerifyAsked(now(), pair));
  }

  /**
   * Sees to it that the tie at the level between two nodes is tested, if it was not.
   *
   * @return whether each branch that meets there has a link of its own
   */
  CompletableFuture<Boolean> confirmTie(NodePair pair) {
    return ask(ties, pair, new LeaderEvent.TieAsked(now(), pair));
  }

  private CompletableFuture<Boolean> ask(
      Map<NodePair, List<CompletableFuture<Boolean>>> waiting, NodePair pair, LeaderEvent event) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (leading) {
            waiting.computeIfAbsent(pair, _ -> new ArrayList<>()).add(answer);
            tell(event);
          } else {
            answer.complete(false);
          }
        });
    return answer;
  }

  private static void answer(
      Map<NodePair, List<CompletableFuture<Boolean>>> waiting, NodePair pair, boolean yes) {
    List<CompletableFuture<Boolean>> asked = waiting.remove(pair);
    if (asked != null) {
      asked.forEach(each -> each.complete(yes));
    }
  }

  private void answerNobody() {
    for (var waiting : List.of(verifications, ties)) {
      waiting.values().forEach(list -> list.forEach(each -> each.complete(false)));
      waiting.clear();
    }
  }

  /** How things are now; called by the tending thread, again and again. */
  void look(boolean leads, ControlState state) {
    Set<NodeId> gone = new HashSet<>();
    if (leads) {
      state.members().keySet().stream().filter(node.members()::isLost).forEach(gone::add);
    }
    loop.execute(() -> looked(leads && state.formed(), state, gone));
  }

  // ---- on the loop -----------------------------------------------------------------------

  private long now() {
    return node.clock().nanos();
  }

  private void looked(boolean leads, ControlState state, Set<NodeId> gone) {
    if (leads != leading) {
      leading = leads;
      if (leads) {
        begin(state);
      } else {
        end();
      }
    }
    if (!leading) {
      return;
    }
    describe(state);
    Map<NodeId, NodeProfile> known = profiles(state);
    if (!known.keySet().equals(members.keySet())) {
      members = known;
      tell(new LeaderEvent.MembersAre(now(), known));
    }
    if (!gone.equals(lost)) {
      lost = gone;
      tell(new LeaderEvent.LostAre(now(), gone));
    }
  }

  private Map<NodeId, NodeProfile> profiles(ControlState state) {
    Map<NodeId, NodeProfile> profiles = new HashMap<>();
    for (Member member : state.members().values()) {
      profiles.put(
          member.id(),
          member.id().equals(self.id()) ? self : Interfaces.other(member.id(), member.host()));
    }
    return profiles;
  }

  private void begin(ControlState state) {
    time++;
    lost = Set.of();
    members = profiles(state);
    describe(state);
    try {
      tell(new LeaderEvent.Led(now(), members, CapacityCodec.records(state)));
    } catch (UnknownFormatException e) {
      LOG.error("nodes cannot join while this node leads: {}", e.getMessage());
      end();
      return;
    }
    if (ticks == null) {
      ticks =
          loop.scheduleWithFixedDelay(
              () -> tell(new LeaderEvent.TimePassed(now())),
              policy.pollNanos(),
              policy.pollNanos(),
              TimeUnit.NANOSECONDS);
    }
    if (idles == null && verifies) {
      idles =
          loop.scheduleWithFixedDelay(
              this::verifyWhenIdle, IDLE_SECONDS, IDLE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void end() {
    time++;
    if (ticks != null) {
      ticks.cancel(false);
      ticks = null;
    }
    if (idles != null) {
      idles.cancel(false);
      idles = null;
    }
    answerNobody();
    tell(new LeaderEvent.LedNoMore(now()));
  }

  /** While runs are in the state, their traffic has the network. */
  private void verifyWhenIdle() {
    boolean runs =
        node.state().documents().keySet().stream()
            .anyMatch(key -> key.room().equals(RunDocuments.ROOM));
    if (!runs) {
      tell(new LeaderEvent.Idle(now()));
    }
  }

  private void describe(ControlState state) {
    Optional<Document> current = CapacityDescription.document(state);
    if (!current.equals(description)) {
      description = current;
      coordinator.describe(
          current
              .flatMap(CapacityDescription::topology)
              .<ExpectedCapacities>map(
                  topology -> new DescribedCapacities(topology, JoinSettings.ETHERNET_GOODPUT))
              .orElse(ExpectedCapacities.NONE));
    }
  }

  private void tell(LeaderEvent event) {
    try {
      coordinator.handle(event).forEach(this::obey);
    } catch (RuntimeException e) {
      // an exception would end all later events of the loop without a word
      LOG.error("a join could not be handled: {}", event, e);
    }
  }

  /** An event from another thread; dropped when it belongs to an earlier time as the leader. */
  private void post(long since, LeaderEvent event) {
    onLoop(since, () -> tell(event));
  }

  private void onLoop(long since, Runnable what) {
    try {
      loop.execute(
          () -> {
            if (leading && since == time) {
              what.run();
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the node is stopping; something about a join is not told any more");
    }
  }

  private void obey(LeaderCommand command) {
    long since = time;
    switch (command) {
      case LeaderCommand.Answer(long number, JoinAnswer answer) -> {
        CompletableFuture<JoinAnswer> waiting = answers.get(number);
        if (waiting != null) {
          waiting.complete(answer);
        }
      }
      case LeaderCommand.ServeProbe serve -> aside(() -> post(since, serve(serve)));
      case LeaderCommand.RunProbe(NodeId client, ProbeOrder order) ->
          aside(
              () ->
                  post(
                      since,
                      new LeaderEvent.ProbeEnded(
                          now(), new ProbeReport(order.probe(), run(client, order)))));
      case LeaderCommand.EndProbe(long probe, NodeId member) -> aside(() -> end(probe, member));
      case LeaderCommand.Write write -> aside(() -> write(since, write));
      case LeaderCommand.Admit admit -> aside(() -> admit(since, admit));
      case LeaderCommand.Verified(NodePair pair, boolean held, String why) -> {
        if (!held) {
          LOG.info("{} and {}: {}", pair.first(), pair.second(), why);
        }
        answer(verifications, pair, held);
      }
      case LeaderCommand.TieTested(NodePair pair, boolean confirmed, String _) ->
          answer(ties, pair, confirmed);
      case LeaderCommand.Tell(boolean warning, String text) -> {
        if (warning) {
          LOG.warn("{}", text);
        } else {
          LOG.info("{}", text);
        }
      }
    }
  }

  private static void aside(Runnable what) {
    Thread.ofVirtual().name("kollaps-join").start(what);
  }

  // ---- aside -----------------------------------------------------------------------------

  private LeaderEvent serve(LeaderCommand.ServeProbe serve) {
    Member member = node.state().members().get(serve.member());
    if (member == null) {
      return new LeaderEvent.ServeFailed(now(), serve.probe(), "it is no member any more");
    }
    try {
      if (member.id().equals(self.id())) {
        return new LeaderEvent.ProbeServed(
            now(),
            serve.probe(),
            station.serve(serve.probe(), serve.secret(), serve.plan(), member.host()));
      }
      ServeProbeReply reply =
          node.client()
              .call(
                  member.id(),
                  member.host(),
                  member.port(),
                  ProbesGrpc::newBlockingStub,
                  SHORT_CALL,
                  stub -> stub.serve(JoinMessages.encode(serve)));
      return reply.getResultCase() == ServeProbeReply.ResultCase.PORT
          ? new LeaderEvent.ProbeServed(
              now(), serve.probe(), new Contact(member.host(), reply.getPort()))
          : new LeaderEvent.ServeFailed(
              now(), serve.probe(), "node " + member.name() + ": " + reply.getRefused());
    } catch (ProbeException | NodeClient.CallFailure | IllegalArgumentException e) {
      return new LeaderEvent.ServeFailed(now(), serve.probe(), String.valueOf(e.getMessage()));
    }
  }

  private ProbeOutcome run(NodeId client, ProbeOrder order) {
    if (client.equals(self.id())) {
      return station.run(order);
    }
    Member member = node.state().members().get(client);
    if (member == null) {
      return new ProbeOutcome.Failed("node " + client + " is no member any more");
    }
    try {
      return JoinMessages.outcome(
          node.client()
              .call(
                  client,
                  member.host(),
                  member.port(),
                  ProbesGrpc::newBlockingStub,
                  Duration.ofNanos(policy.probeNanos()),
                  stub -> stub.run(JoinMessages.encode(order))));
    } catch (NodeClient.CallFailure | IllegalArgumentException e) {
      return new ProbeOutcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private void end(long probe, NodeId at) {
    Member member = node.state().members().get(at);
    if (at.equals(self.id())) {
      station.end(probe);
    } else if (member != null) {
      try {
        var _ =
            node.client()
                .call(
                    at,
                    member.host(),
                    member.port(),
                    ProbesGrpc::newBlockingStub,
                    SHORT_CALL,
                    stub -> stub.end(EndProbeRequest.newBuilder().setProbe(probe).build()));
      } catch (NodeClient.CallFailure e) {
        LOG.debug("probe {} ends by itself: {}", probe, e.getMessage());
      }
    }
  }

  private void write(long since, LeaderCommand.Write write) {
    List<ControlCommand> commands = new ArrayList<>();
    write
        .puts()
        .forEach(
            record ->
                commands.add(
                    new ControlCommand.PutDocument(
                        CapacityRecord.ROOM,
                        record.key(),
                        CapacityCodec.encode(record),
                        OptionalLong.empty())));
    write
        .removes()
        .forEach(key -> commands.add(new ControlCommand.RemoveDocument(CapacityRecord.ROOM, key)));
    for (ControlCommand command : commands) {
      Optional<String> refusal = submit(since, command);
      if (refusal.isPresent()) {
        if (!refusal.get().isEmpty()) {
          LOG.warn("the capacity map cannot be written: {}", refusal.get());
        }
        return;
      }
    }
    post(since, new LeaderEvent.Written(now(), write.write()));
  }

  /**
   * Changes the state.
   *
   * @return empty when it is done; a refusal by the state's rules; an empty one when nobody knows
   *     whether it is done: then everything begins again from what the state says
   */
  private Optional<String> submit(long since, ControlCommand command) {
    try {
      return switch (node.replication().submit(command).get(WRITE_SECONDS, TimeUnit.SECONDS)) {
        case Outcome.Done _ -> Optional.empty();
        case Outcome.Refused(String reason) -> Optional.of(reason);
      };
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("joins begin again, the state could not be changed: {}", String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    onLoop(since, () -> begin(node.state()));
    return Optional.of("");
  }

  private void admit(long since, LeaderCommand.Admit admit) {
    Member member = admit.applicant().member();
    Optional<String> refusal =
        submit(
            since,
            new ControlCommand.AdmitMember(
                member, admit.applicant().token(), node.clock().millis()));
    if (refusal.isEmpty() || !refusal.get().isEmpty()) {
      post(since, new LeaderEvent.AdmissionDecided(now(), member.id(), refusal));
    }
  }

  @Override
  public void close() {
    loop.execute(this::answerNobody);
    loop.shutdown();
    station.close();
  }
}
