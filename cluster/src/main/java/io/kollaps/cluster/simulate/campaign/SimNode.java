package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.JoinerCommand;
import io.kollaps.cluster.join.JoinerEvent;
import io.kollaps.cluster.join.JoiningNode;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbeReport;
import io.kollaps.cluster.join.Secret;
import io.kollaps.cluster.simulate.replica.Replica;
import io.kollaps.cluster.simulate.replica.ReplicaListener;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Program;
import io.kollaps.cluster.simulate.world.Reply;
import io.kollaps.cluster.state.ControlState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The daemon of one machine, from a start to a crash. */
final class SimNode implements Program<Word> {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;
  private static final long FIND_NANOS = SECOND;
  private static final long CALL_NANOS = 5 * SECOND;
  private static final long CONNECT_NANOS = 3 * SECOND;
  private static final long LEAVE_AGAIN_NANOS = 2 * SECOND;
  private static final int NEXT_LEADER_MILLIS = 200;

  private static final Word NOT_LEADER =
      new Word.No("probes are the leader's to order, and this node knows another leader or none");

  private final ClusterStory story;
  private final Host<Word> host;
  private final Machine machine;
  private final Map<Long, Serving> serving = new HashMap<>();
  private final Map<Long, Optional<ProbeWire.Transfer>> running = new HashMap<>();
  private @Nullable Replica replica;
  private @Nullable LeaderDuty duty;
  private @Nullable JoiningNode joining;
  private boolean steps;

  /** A probe that this node serves. */
  private static final class Serving {
    private final NodeId client;
    private final Secret secret;
    private final long term;
    private boolean accepted;
    private ProbeWire.@Nullable Transfer transfer;

    Serving(NodeId client, Secret secret, long term) {
      this.client = client;
      this.secret = secret;
      this.term = term;
    }
  }

  SimNode(ClusterStory story, Host<Word> host, Machine machine) {
    this.story = story;
    this.host = host;
    this.machine = machine;
  }

  /** What happens when the machine comes up. */
  void begin() {
    if (machine.entered()) {
      openReplica();
      if (machine.leaves()) {
        askToLeave();
      }
    } else if (machine.wanted() && machine.refusal().isEmpty()) {
      join();
    }
  }

  Machine machine() {
    return machine;
  }

  Host<Word> host() {
    return host;
  }

  /** Whether it takes part as a member. */
  boolean member() {
    return replica != null;
  }

  /** The state that it knows; empty while it is no member. */
  ControlState state() {
    return replica == null ? ControlState.empty() : replica.state();
  }

  Optional<LeaderDuty> duty() {
    return Optional.ofNullable(duty);
  }

  private long now() {
    return host.clockNanos();
  }

  // ---- as a member -----------------------------------------------------------------------

  private void openReplica() {
    replica = story.replication().open(host, new Listener());
  }

  private final class Listener implements ReplicaListener {
    @Override
    public void changed(ControlState state) {
      if (duty != null) {
        duty.stateChanged(state);
      }
    }

    @Override
    public void led(long term) {
      Replica own = replica;
      if (own == null) {
        throw new IllegalStateException("a node without a replica leads");
      }
      duty = new LeaderDuty(story, SimNode.this, own, term);
      duty.begin();
    }

    @Override
    public void ledNoMore() {
      if (duty != null) {
        duty.end();
        duty = null;
        endProbes();
      }
    }

    @Override
    public void leaderIs(Optional<NodeId> leader) {
      endProbes(); // the leader before had asked for them
    }
  }

  @Override
  public void datagram(NodeId from, Word payload) {
    switch (payload) {
      case Word.Ping(long number) -> {
        if (member()) {
          host.send(from, new Word.Sign(number));
        }
      }
      case Word.Sign(long number) -> {
        if (duty != null) {
          duty.sign(from, number);
        }
      }
      default -> throw new IllegalStateException("no datagram: " + payload);
    }
  }

  @Override
  public void called(NodeId from, Word request, Answer<Word> answer) {
    switch (request) {
      case Word.Asks(JoinCall call) -> asked(call, answer);
      case Word.Serve(long probe, NodeId client, Secret secret, long term) ->
          answer.give(leads(from) ? serve(probe, client, secret, term) : NOT_LEADER);
      case Word.Run(ProbeOrder order) -> {
        if (leads(from)) {
          run(order, report -> answer.give(new Word.Ran(report)));
        } else {
          answer.give(NOT_LEADER);
        }
      }
      case Word.End(long probe) -> {
        if (leads(from)) {
          endProbe(probe);
        }
        answer.give(new Word.Done());
      }
      case Word.Transfer(long probe, Secret secret) -> answer.give(transfer(from, probe, secret));
      case Word.Leave(NodeId node) -> {
        if (duty != null) {
          duty.release(node, answer);
        } else {
          answer.give(new Word.No("this node does not lead"));
        }
      }
      default -> throw new IllegalStateException("no call: " + request);
    }
  }

  /** Probes are the leader's to order, and of the one that this node knows: as in the daemon. */
  private boolean leads(NodeId caller) {
    Replica own = replica;
    return own != null && own.status().leader().equals(Optional.of(caller));
  }

  private void asked(JoinCall call, Answer<Word> answer) {
    Replica own = replica;
    if (duty != null) {
      duty.asked(call, answer);
    } else if (own == null) {
      answer.give(new Word.No("this machine is no node of a cluster"));
    } else {
      Optional<NodeId> leader = own.status().leader().filter(id -> !id.equals(host.id()));
      answer.give(
          new Word.Says(
              leader.isPresent()
                  ? new JoinAnswer.LeaderAt(Machine.contact(leader.get()))
                  : new JoinAnswer.Wait("nobody leads", false, SECOND)));
    }
  }

  // ---- probes ----------------------------------------------------------------------------

  /** Waits for a probe. */
  Word serve(long probe, NodeId client, Secret secret, long term) {
    if (!member()) {
      return new Word.No("this machine is no member yet");
    }
    serving.put(probe, new Serving(client, secret, term));
    host.after(story.policy().probeNanos(), () -> endProbe(probe));
    return new Word.Served(Machine.contact(host.id()));
  }

  private Word transfer(NodeId from, long probe, Secret secret) {
    Serving served = serving.get(probe);
    if (served == null
        || served.accepted
        || !served.client.equals(from)
        || !served.secret.equals(secret)) {
      return new Word.No("no such probe is served here");
    }
    served.accepted = true;
    return new Word.Done();
  }

  /** Takes the other end of a connection; empty when nobody waits for it any more. */
  private Optional<ProbeWire.Transfer> connected(NodeId client, boolean join, long probe) {
    Serving served = serving.get(probe);
    if (served == null || !served.accepted) {
      return Optional.empty();
    }
    ProbeWire.Transfer transfer = story.wire().begin(join, probe, served.term, client, host.id());
    served.transfer = transfer;
    return Optional.of(transfer);
  }

  /** Runs a probe; the end is told unless somebody ends it before. */
  void run(ProbeOrder order, Consumer<ProbeReport> done) {
    NodeId server = new NodeId(order.at().host());
    running.put(order.probe(), Optional.empty());
    host.call(
        server,
        new Word.Transfer(order.probe(), order.secret()),
        CONNECT_NANOS,
        reply -> {
          if (!running.containsKey(order.probe())) {
            return; // it was ended meanwhile
          }
          if (reply instanceof Reply.Answered<Word>(Word said)
              && said instanceof Word.Done
              && begin(order.probe(), server)) {
            host.after(story.probeNanos(), () -> finish(order, server, done));
          } else {
            running.remove(order.probe());
            done.accept(
                new ProbeReport(
                    order.probe(), new ProbeOutcome.Failed("no connection to " + server)));
          }
        });
  }

  private boolean begin(long probe, NodeId server) {
    Optional<ProbeWire.Transfer> transfer =
        story.running(server).flatMap(other -> other.connected(host.id(), !member(), probe));
    running.put(probe, transfer);
    return transfer.isPresent();
  }

  private void finish(ProbeOrder order, NodeId server, Consumer<ProbeReport> done) {
    Optional<ProbeWire.Transfer> own = running.remove(order.probe());
    if (own == null || own.isEmpty()) {
      return; // it was ended meanwhile
    }
    boolean good = own.get().alive() && story.reach(host.id(), server);
    own.get().end();
    done.accept(
        new ProbeReport(
            order.probe(),
            good
                ? story.measure(own.get())
                : new ProbeOutcome.Failed("the connection to " + server + " broke")));
  }

  private void endProbes() {
    Set<Long> all = new TreeSet<>(serving.keySet());
    all.addAll(running.keySet());
    all.forEach(this::endProbe);
  }

  /** Ends this side of a probe. */
  void endProbe(long probe) {
    Serving served = serving.remove(probe);
    if (served != null && served.transfer != null) {
      served.transfer.end();
    }
    Optional<ProbeWire.Transfer> own = running.remove(probe);
    if (own != null) {
      own.ifPresent(ProbeWire.Transfer::end);
    }
  }

  // ---- joining ---------------------------------------------------------------------------

  private void join() {
    JoiningNode node =
        new JoiningNode(machine.applicant(), machine.nextAttempt(), story.joinerPolicy());
    joining = node;
    carry(node.handle(new JoinerEvent.Begin(now())), node);
    host.after(story.tickNanos(steps), () -> tick(node));
  }

  private void tick(JoiningNode node) {
    if (!node.over()) {
      carry(node.handle(new JoinerEvent.TimePassed(now())), node);
      host.after(story.tickNanos(steps), () -> tick(node));
    }
  }

  private void carry(List<JoinerCommand> commands, JoiningNode node) {
    for (JoinerCommand command : commands) {
      switch (command) {
        case JoinerCommand.Find() ->
            host.after(
                FIND_NANOS,
                () ->
                    carry(node.handle(new JoinerEvent.Found(now(), story.found(host.id()))), node));
        case JoinerCommand.Call(long number, Contact to, JoinCall call) -> {
          steps = call instanceof JoinCall.Step;
          host.call(
              new NodeId(to.host()),
              new Word.Asks(call),
              CALL_NANOS,
              reply -> answered(number, reply, node));
        }
        case JoinerCommand.RunProbe(ProbeOrder order) ->
            run(
                order,
                report -> carry(node.handle(new JoinerEvent.ProbeEnded(now(), report)), node));
        case JoinerCommand.EndProbe(long probe) -> endProbe(probe);
        case JoinerCommand.Enter() -> enter();
        case JoinerCommand.GiveUp(String why) -> {
          story.world().trace().note(host, "gives up joining:", why);
          machine.refuse(why);
        }
        case JoinerCommand.Tell(String text) -> story.world().trace().note(host, "tells", text);
      }
    }
  }

  private void answered(long number, Reply<Word> reply, JoiningNode node) {
    JoinerEvent event =
        switch (reply) {
          case Reply.Answered<Word>(Word said) when said instanceof Word.Says(JoinAnswer answer) ->
              new JoinerEvent.Answered(now(), number, answer);
          case Reply.Answered<Word>(Word said) ->
              new JoinerEvent.CallFailed(now(), number, said.toString(), false);
          case Reply.Failed<Word>(String reason, boolean _) ->
              new JoinerEvent.CallFailed(now(), number, reason, false);
        };
    carry(node.handle(event), node);
  }

  private void enter() {
    story.entered(machine);
    machine.enter();
    joining = null;
    openReplica();
  }

  /** Whether a join of it is under way. */
  boolean joins() {
    return joining != null && !joining.over();
  }

  // ---- leaving ---------------------------------------------------------------------------

  /** Its user wants it out. */
  void leave() {
    if (member()) {
      machine.leave();
      askToLeave();
    } else {
      machine.wantNoMore();
      host.crash();
    }
  }

  /** Asks whoever leads; a member that was removed and not told so does not hear of that itself. */
  private void askToLeave() {
    if (!machine.leaves()) {
      return;
    }
    Optional<NodeId> leader = story.replication().leader();
    if (leader.isPresent()) {
      host.call(leader.get(), new Word.Leave(host.id()), 4 * CALL_NANOS, this::leaveAnswered);
    } else {
      host.after(LEAVE_AGAIN_NANOS, this::askToLeave);
    }
  }

  private void leaveAnswered(Reply<Word> reply) {
    boolean gone = reply instanceof Reply.Answered<Word>(Word said) && said instanceof Word.Done;
    if (gone) {
      machine.left();
      host.crash();
    } else {
      boolean elsewhere =
          reply instanceof Reply.Answered<Word>(Word said) && said instanceof Word.HandedOver;
      // the command goes on at the next leader at once; when it was refused, its user tries again.
      // Two that leave hand over to one another: no two commands keep in step for long
      long jitter = story.random().below(NEXT_LEADER_MILLIS) * MILLI;
      host.after(
          elsewhere ? NEXT_LEADER_MILLIS * MILLI + jitter : LEAVE_AGAIN_NANOS, this::askToLeave);
    }
  }

  @Override
  public String toString() {
    return host.toString();
  }
}
