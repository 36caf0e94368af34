package io.kollaps.cluster.simulate.campaign;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Applicant;
import io.kollaps.cluster.join.CapacityRecord;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.JoinCoordinator;
import io.kollaps.cluster.join.LeaderCommand;
import io.kollaps.cluster.join.LeaderEvent;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.ProbeReport;
import io.kollaps.cluster.join.Secret;
import io.kollaps.cluster.membership.Liveness;
import io.kollaps.cluster.membership.LivenessCommand;
import io.kollaps.cluster.simulate.replica.Replica;
import io.kollaps.cluster.simulate.replica.Submitted;
import io.kollaps.cluster.simulate.world.Program;
import io.kollaps.cluster.simulate.world.Reply;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.VoterPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What a node does while it leads: from the news that it does to the news that it does not. */
final class LeaderDuty {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;
  private static final long TEND_NANOS = SECOND / 2;
  private static final long IDLE_NANOS = 5 * SECOND;
  private static final long SERVE_NANOS = 5 * SECOND;
  private static final long FAREWELL_NANOS = 2 * SECOND;
  private static final long REPLACE_AFTER_NANOS = 15 * SECOND;

  private final ClusterStory story;
  private final SimNode node;
  private final Replica replica;
  private final long term;
  private final JoinCoordinator coordinator;
  private final Liveness liveness;
  private final Map<Long, Program.Answer<Word>> calls = new HashMap<>();
  private final Set<NodeId> lost = new TreeSet<>();
  private final Set<NodeId> heard = new HashSet<>();
  private final Set<NodeId> leaving = new HashSet<>();
  private final Map<NodeId, Long> watchedAtNanos = new HashMap<>();
  private final long ledAtNanos;
  private Set<NodeId> watched = new HashSet<>();
  private Map<NodeId, NodeProfile> members = new TreeMap<>();
  private long nextCall;
  private long removedAtNanos;
  private boolean dividing;
  private boolean over;
  private int generation;

  LeaderDuty(ClusterStory story, SimNode node, Replica replica, long term) {
    this.story = story;
    this.node = node;
    this.replica = replica;
    this.term = term;
    coordinator =
        new JoinCoordinator(story.policy(), story.joinSettings(), story.secrets()::nextLong);
    liveness = new Liveness(story.livenessSettings());
    removedAtNanos = now() - FAREWELL_NANOS;
    ledAtNanos = story.world().nowNanos();
  }

  private long now() {
    return node.host().clockNanos();
  }

  private NodeId self() {
    return node.host().id();
  }

  long term() {
    return term;
  }

  void begin() {
    start();
    ping();
    tend();
    idle();
  }

  /** Joins begin when there are a cluster and a token. */
  private void start() {
    if (!replica.state().formed()) {
      submit(story.forming(node.machine()), _ -> start());
    } else if (replica.state().tokens().isEmpty()) {
      submit(story.token(), _ -> start());
    } else {
      lead();
    }
  }

  private void lead() {
    members = profiles(replica.state());
    carry(
        coordinator.handle(new LeaderEvent.Led(now(), members, story.book().of(replica.state()))));
    tell(new LeaderEvent.LostAre(now(), lost));
    passTime();
  }

  void end() {
    over = true;
    carry(coordinator.handle(new LeaderEvent.LedNoMore(now())));
    calls.values().forEach(answer -> answer.give(new Word.No("this node leads no more")));
    calls.clear();
  }

  private void after(long nanos, Runnable event) {
    node.host()
        .after(
            nanos,
            () -> {
              if (!over) {
                event.run();
              }
            });
  }

  /** Tells the coordinator, unless this node leads no more. */
  private void tell(LeaderEvent event) {
    if (!over) {
      carry(coordinator.handle(event));
    }
  }

  private void passTime() {
    int then = generation;
    after(
        story.policy().pollNanos(),
        () -> {
          if (story.plan().sabotage() != Sabotage.NEVER_FREE) {
            tell(new LeaderEvent.TimePassed(now()));
          }
          if (then == generation) {
            passTime();
          }
        });
  }

  private void idle() {
    after(
        IDLE_NANOS,
        () -> {
          tell(new LeaderEvent.Idle(now()));
          idle();
        });
  }

  // ---- joins -----------------------------------------------------------------------------

  void asked(JoinCall call, Program.Answer<Word> answer) {
    long number = nextCall++;
    calls.put(number, answer);
    tell(new LeaderEvent.Called(now(), number, call));
  }

  private void carry(List<LeaderCommand> commands) {
    for (LeaderCommand command : commands) {
      switch (command) {
        case LeaderCommand.Answer(long number, JoinAnswer answer) -> {
          Program.Answer<Word> caller = calls.remove(number);
          if (caller != null) {
            caller.give(new Word.Says(answer));
          }
        }
        case LeaderCommand.ServeProbe(
                long probe,
                NodeId member,
                NodeId client,
                Secret secret,
                ProbePlan _) ->
            serve(probe, member, client, secret);
        case LeaderCommand.RunProbe(NodeId client, ProbeOrder order) -> run(client, order);
        case LeaderCommand.EndProbe(long probe, NodeId member) -> endProbe(probe, member);
        case LeaderCommand.Write(long write, List<CapacityRecord> puts, List<String> removes) ->
            write(write, puts, removes);
        case LeaderCommand.Admit(Applicant applicant) -> admit(applicant);
        case LeaderCommand.Verified(NodePair pair, boolean held, String why) ->
            story.world().trace().note(node, held ? "verified" : "not verified", pair + " " + why);
        case LeaderCommand.TieTested _ -> {} // nobody asks here
        case LeaderCommand.Tell(boolean _, String text) ->
            story.world().trace().note(node, "tells", text);
      }
    }
  }

  private void serve(long probe, NodeId member, NodeId client, Secret secret) {
    if (member.equals(self())) {
      node.host().after(0, () -> served(probe, node.serve(probe, client, secret, term)));
      return;
    }
    node.host()
        .call(
            member,
            new Word.Serve(probe, client, secret, term),
            SERVE_NANOS,
            reply -> served(probe, said(reply)));
  }

  private static Word said(Reply<Word> reply) {
    return switch (reply) {
      case Reply.Answered<Word>(Word word) -> word;
      case Reply.Failed<Word>(String reason, boolean _) -> new Word.No(reason);
    };
  }

  private void served(long probe, Word said) {
    switch (said) {
      case Word.Served(Contact at) -> tell(new LeaderEvent.ProbeServed(now(), probe, at));
      case Word.No(String why) -> tell(new LeaderEvent.ServeFailed(now(), probe, why));
      default -> throw new IllegalStateException("no answer: " + said);
    }
  }

  private void run(NodeId client, ProbeOrder order) {
    if (client.equals(self())) {
      node.run(order, report -> tell(new LeaderEvent.ProbeEnded(now(), report)));
      return;
    }
    node.host()
        .call(
            client,
            new Word.Run(order),
            story.policy().probeNanos(),
            reply ->
                tell(
                    new LeaderEvent.ProbeEnded(
                        now(),
                        switch (said(reply)) {
                          case Word.Ran(ProbeReport report) -> report;
                          case Word.No(String why) ->
                              new ProbeReport(order.probe(), new ProbeOutcome.Failed(why));
                          default -> throw new IllegalStateException("no answer to a probe");
                        })));
  }

  private void endProbe(long probe, NodeId member) {
    if (member.equals(self())) {
      node.endProbe(probe);
    } else {
      node.host().call(member, new Word.End(probe), SERVE_NANOS, _ -> {});
    }
  }

  private void write(long write, List<CapacityRecord> puts, List<String> removes) {
    if (story.plan().sabotage() == Sabotage.ADMIT_BEFORE_WRITE) {
      node.host().after(0, () -> tell(new LeaderEvent.Written(now(), write)));
      return;
    }
    List<ControlCommand> changes = new ArrayList<>();
    for (CapacityRecord put : puts) {
      ByteString content = story.book().write(put);
      changes.add(
          new ControlCommand.PutDocument(
              CapacityRecord.ROOM, put.key(), content, OptionalLong.empty()));
    }
    removes.forEach(
        key -> changes.add(new ControlCommand.RemoveDocument(CapacityRecord.ROOM, key)));
    writeNext(write, changes.iterator());
  }

  private void writeNext(long write, Iterator<ControlCommand> left) {
    if (!left.hasNext()) {
      tell(new LeaderEvent.Written(now(), write));
      return;
    }
    submit(left.next(), _ -> writeNext(write, left));
  }

  private void admit(Applicant applicant) {
    submit(
        new ControlCommand.AdmitMember(applicant.member(), Machine.TOKEN, now() / MILLI),
        outcome ->
            tell(
                new LeaderEvent.AdmissionDecided(
                    now(),
                    applicant.id(),
                    outcome instanceof Outcome.Refused(String why)
                        ? Optional.of(why)
                        : Optional.empty())));
  }

  /**
   * Submits a change of a join. When nobody can tell what came of it, joins begin again from what
   * the state holds when it is certain again.
   */
  private void submit(ControlCommand command, Consumer<Outcome> decided) {
    int then = generation;
    replica.submit(
        command,
        how -> {
          if (over || then != generation) {
            return;
          }
          if (how instanceof Submitted.Decided(Outcome outcome)) {
            decided.accept(outcome);
          } else {
            generation++;
            carry(coordinator.handle(new LeaderEvent.LedNoMore(now())));
            becomeCertain();
          }
        });
  }

  /** A decided change that changes nothing: all that was submitted before is decided or lost. */
  private void becomeCertain() {
    replica.submit(
        new ControlCommand.RemoveDocument(CapacityRecord.ROOM, "nothing"),
        how -> {
          if (!over) {
            if (how instanceof Submitted.Decided) {
              start();
            } else {
              after(SECOND, this::becomeCertain);
            }
          }
        });
  }

  // ---- members ---------------------------------------------------------------------------

  private Map<NodeId, NodeProfile> profiles(ControlState state) {
    Map<NodeId, NodeProfile> found = new TreeMap<>();
    state.members().keySet().forEach(id -> found.put(id, story.profile(id)));
    return found;
  }

  void stateChanged(ControlState state) {
    if (!state.members().keySet().equals(members.keySet())) {
      members = profiles(state);
      tell(new LeaderEvent.MembersAre(now(), members));
    }
  }

  private void watch() {
    Set<NodeId> others = new HashSet<>(replica.state().members().keySet());
    others.remove(self());
    if (!others.equals(watched) && story.plan().sabotage() != Sabotage.BLIND_LEADER) {
      watched.stream().filter(id -> !others.contains(id)).forEach(liveness::forget);
      others.stream().sorted().forEach(id -> liveness.watch(id, now()));
      watchedAtNanos.keySet().retainAll(others);
      others.forEach(id -> watchedAtNanos.putIfAbsent(id, story.world().nowNanos()));
      heard.retainAll(others);
      watched = others;
      if (lost.retainAll(others)) {
        tell(new LeaderEvent.LostAre(now(), lost));
      }
    }
  }

  private void ping() {
    heed(liveness.tick(now()));
    after(story.livenessSettings().confirmPeriodNanos(), this::ping);
  }

  void sign(NodeId from, long number) {
    if (watched.contains(from)) {
      heard.add(from);
      heed(liveness.answered(from, number));
    }
  }

  private void heed(List<LivenessCommand> commands) {
    for (LivenessCommand command : commands) {
      switch (command) {
        case LivenessCommand.Ping(NodeId to, long number) ->
            node.host().send(to, new Word.Ping(number));
        case LivenessCommand.Lost(NodeId who, long _) -> {
          story.heldForLost(self(), who);
          lost.add(who);
          tell(new LeaderEvent.LostAre(now(), lost));
          if (story.plan().sabotage() == Sabotage.REMOVE_LOST) {
            replica.submit(new ControlCommand.RemoveMember(who), _ -> {});
          }
        }
        case LivenessCommand.Returned(NodeId who) -> {
          lost.remove(who);
          tell(new LeaderEvent.LostAre(now(), lost));
        }
        case LivenessCommand.Suspected(NodeId who) ->
            story.world().trace().note(node, "suspects", who);
        case LivenessCommand.Cleared(NodeId who) ->
            story.world().trace().note(node, "suspects no more", who);
      }
    }
  }

  /** Who is lost, as this leader sees it. */
  Set<NodeId> lost() {
    return Set.copyOf(lost);
  }

  /** Since when it watches a member, in virtual time; empty when it does not. */
  Optional<Long> watchedAtNanos(NodeId member) {
    return Optional.ofNullable(watchedAtNanos.get(member));
  }

  /** Since when it leads, in virtual time. */
  long ledAtNanos() {
    return ledAtNanos;
  }

  private void tend() {
    if (replica.state().formed()) {
      watch();
      if (now() - removedAtNanos >= FAREWELL_NANOS) {
        divideIfNeeded(_ -> {});
      }
    }
    after(TEND_NANOS, this::tend);
  }

  private void divideIfNeeded(Consumer<Boolean> done) {
    Replication.Status status = replica.status();
    VoterPlan.Roles wanted = wanted(status.roles());
    if (wanted.equals(status.roles())) {
      done.accept(true);
    } else if (dividing) {
      done.accept(false);
    } else {
      dividing = true;
      replica.divide(
          wanted,
          Optional.empty(),
          good -> {
            dividing = false;
            done.accept(good);
          });
    }
  }

  private VoterPlan.Roles wanted(VoterPlan.Roles now) {
    ControlState state = replica.state();
    leaving.retainAll(state.members().keySet());
    List<NodeId> reached =
        state.membersByAdmission().stream()
            .map(Member::id)
            .filter(
                id ->
                    now.voters().contains(id) || now.listeners().contains(id) || heard.contains(id))
            .toList();
    Set<NodeId> silent = new HashSet<>();
    for (NodeId id : reached) {
      boolean fresh = !now.voters().contains(id) && !now.listeners().contains(id);
      if (!id.equals(self()) && (fresh || liveness.silentNanos(id, now()) > REPLACE_AFTER_NANOS)) {
        silent.add(id);
      }
    }
    return VoterPlan.divide(reached, now, self(), leaving, silent);
  }

  /** Lets a member go, as its user wants. */
  void release(NodeId member, Program.Answer<Word> answer) {
    if (!replica.state().formed()) { // it is not gone, it is only just coming
      answer.give(new Word.No("the cluster is not formed yet"));
      return;
    }
    if (!replica.state().isMember(member)) {
      answer.give(new Word.Done());
      return;
    }
    if (dividing) { // one at a time, as in the daemon: who is to lead next must not be let go
      answer.give(new Word.No("the members are being divided anew"));
      return;
    }
    if (member.equals(self())) {
      handOver(answer);
      return;
    }
    leaving.add(member);
    boolean voter = replica.status().roles().voters().contains(member);
    if (voter) {
      divideIfNeeded(
          good -> {
            if (good && !replica.status().roles().voters().contains(member)) {
              remove(member, answer);
            } else {
              leaving.remove(member);
              answer.give(new Word.No("its vote could not be given to another node"));
            }
          });
    } else {
      remove(member, answer);
    }
  }

  private void remove(NodeId member, Program.Answer<Word> answer) {
    removedAtNanos = now();
    replica.submit(
        new ControlCommand.RemoveMember(member),
        how ->
            answer.give(
                how instanceof Submitted.Decided(Outcome outcome) && outcome instanceof Outcome.Done
                    ? new Word.Done()
                    : new Word.No(how.toString())));
  }

  private void handOver(Program.Answer<Word> answer) {
    VoterPlan.Roles now = replica.status().roles();
    Optional<NodeId> heir =
        replica.state().membersByAdmission().stream()
            .map(Member::id)
            .filter(id -> !id.equals(self()) && !leaving.contains(id))
            .filter(id -> heard.contains(id) && !lost.contains(id))
            .filter(id -> now.voters().contains(id) || now.listeners().contains(id))
            .findFirst();
    if (heir.isEmpty()) {
      answer.give(new Word.No("no other node could take over the lead"));
      return;
    }
    Set<NodeId> voters = new TreeSet<>(now.voters());
    voters.add(heir.get());
    Set<NodeId> listeners = new TreeSet<>(now.listeners());
    listeners.remove(heir.get());
    dividing = true;
    replica.divide(
        new VoterPlan.Roles(new TreeSet<>(voters), new TreeSet<>(listeners)),
        heir,
        good -> {
          dividing = false;
          answer.give(
              good ? new Word.HandedOver() : new Word.No("no other node could take over the lead"));
        });
  }

  /** Puts a node out for good. */
  void ban(NodeId who) {
    removedAtNanos = now();
    replica
        .state()
        .key()
        .ifPresent(
            key ->
                replica.submit(
                    new ControlCommand.BanNode(
                        who, "for the story", now() / MILLI, story.nextKey(key)),
                    _ -> {}));
  }

  /** Somebody is going to rely on a pair. */
  void verify(NodePair pair) {
    tell(new LeaderEvent.VerifyAsked(now(), pair));
  }
}
