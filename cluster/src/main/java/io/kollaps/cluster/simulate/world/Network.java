package io.kollaps.cluster.simulate.world;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.SplitMix64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The network between hosts: datagrams that may be lost, late, doubled and out of order; calls that
 * are carried in the end unless the time is over, and whose answers may be lost all the same;
 * partitions.
 *
 * @param <M> messages
 */
public final class Network<M> {
  private static final long FIRST_RESEND_NANOS = 200_000_000L;

  private final World world;
  private final SplitMix64 random;
  private final Map<NodeId, Host<M>> hosts = new LinkedHashMap<>();
  private final Set<Cut> cuts = new HashSet<>();
  private Predicate<M> told = _ -> true;
  private NetworkConditions conditions;
  private long sent;
  private long lost;

  /** One direction between two hosts that carries nothing. */
  private record Cut(NodeId from, NodeId to) {}

  /** A network without hosts. */
  public Network(World world, NetworkConditions conditions) {
    this.world = world;
    this.conditions = conditions;
    this.random = world.random("network");
  }

  /**
   * Adds a host, which is down.
   *
   * @param boot makes what runs on it, at each start
   */
  public Host<M> add(NodeId id, Program.Boot<M> boot) {
    Host<M> host = new Host<>(world, this, id, boot);
    if (hosts.putIfAbsent(id, host) != null) {
      throw new IllegalArgumentException("host " + id + " is there already");
    }
    return host;
  }

  /** A host by its identity. */
  public Host<M> host(NodeId id) {
    Host<M> host = hosts.get(id);
    if (host == null) {
      throw new IllegalArgumentException("there is no host " + id);
    }
    return host;
  }

  /** All hosts, in the order in which they were added. */
  public Collection<Host<M>> hosts() {
    return hosts.values();
  }

  /** Which datagrams the trace tells of: all, unless this says otherwise. */
  public void tellOf(Predicate<M> which) {
    told = which;
  }

  /** How messages are treated from now on. */
  public void conditions(NetworkConditions now) {
    world.trace().note("network", "conditions", now);
    conditions = now;
  }

  /** How messages are treated. */
  public NetworkConditions conditions() {
    return conditions;
  }

  /** Divides the hosts: each set reaches itself alone; who is in none is with all others so. */
  public void partition(List<? extends Set<NodeId>> sides) {
    world.trace().note("network", "falls apart", sides);
    hosts.values().forEach(host -> host.stand(0));
    int side = 1;
    for (Set<NodeId> members : sides) {
      for (NodeId member : members) {
        host(member).stand(side);
      }
      side++;
    }
  }

  /** Nothing passes from one host to another any more; the other direction is as before. */
  public void cut(NodeId from, NodeId to) {
    world.trace().note(from, "reaches no more", to);
    cuts.add(new Cut(from, to));
  }

  /** Every host reaches every other one again. */
  public void heal() {
    world.trace().note("network", "heals", "");
    hosts.values().forEach(host -> host.stand(0));
    cuts.clear();
  }

  /**
   * Whether messages pass from one host to another now, but for chance; says nothing of crashes.
   */
  public boolean reaches(NodeId from, NodeId to) {
    return reaches(host(from), host(to));
  }

  private boolean reaches(Host<M> from, Host<M> to) {
    return from.side() == to.side()
        && (cuts.isEmpty() || !cuts.contains(new Cut(from.id(), to.id())));
  }

  /** Datagrams and parts of calls that were sent. */
  public long sent() {
    return sent;
  }

  /** How many of these were lost. */
  public long lost() {
    return lost;
  }

  void send(Host<M> from, NodeId toId, M payload) {
    Host<M> to = host(toId);
    int copies = random.unit() < conditions.duplication() ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (carried(from, to)) {
        world.after(delayNanos(), () -> arrive(from, to, payload));
      } else {
        if (told.test(payload)) {
          world.trace().note(from, "datagram is lost", payload);
        }
      }
    }
  }

  private void arrive(Host<M> from, Host<M> to, M payload) {
    if (!to.up() || !reaches(from, to)) {
      return;
    }
    to.happen(
        to.starts(),
        () -> {
          if (told.test(payload)) {
            world.trace().note(to, "gets", payload);
          }
          to.program().datagram(from.id(), payload);
        });
  }

  private boolean carried(Host<M> from, Host<M> to) {
    sent++;
    boolean carried = reaches(from, to) && random.unit() >= conditions.loss();
    lost += carried ? 0 : 1;
    return carried;
  }

  /** What a message takes, drawn anew. */
  public long delayNanos() {
    double extra = -Math.log(1 - random.unit()) * conditions.meanExtraNanos();
    long straggling =
        conditions.stragglers() > 0 && random.unit() < conditions.stragglers()
            ? conditions.stragglerNanos()
            : 0;
    return conditions.leastDelayNanos() + (long) extra + straggling;
  }

  void call(Host<M> from, NodeId toId, M request, long timeoutNanos, Consumer<Reply<M>> done) {
    long deadline = world.nowNanos() + timeoutNanos;
    Call<M> call = new Call<>(from, host(toId), deadline, done);
    world.trace().note(from, "calls", request);
    call.deadline(
        world.at(deadline, () -> call.end(new Reply.Failed<>("no answer in time", false))));
    carry(call, true, FIRST_RESEND_NANOS, () -> handle(call, request));
  }

  /** Carries one half of a call, again and again until the time is over, as TCP does. */
  private void carry(Call<M> call, boolean there, long resendNanos, Runnable then) {
    if (call.ended() || world.nowNanos() > call.deadlineNanos()) {
      return;
    }
    Host<M> from = there ? call.from() : call.to();
    Host<M> to = there ? call.to() : call.from();
    if (carried(from, to)) {
      world.after(delayNanos(), then);
    } else {
      world.after(resendNanos, () -> carry(call, there, 2 * resendNanos, then));
    }
  }

  private void handle(Call<M> call, M request) {
    Host<M> to = call.to();
    if (!to.up()) {
      carry(
          call,
          false,
          FIRST_RESEND_NANOS,
          () -> call.end(new Reply.Failed<>("host " + to + " is down", true)));
      return;
    }
    int starts = to.starts();
    to.incoming().add(call);
    to.happen(
        starts,
        () -> {
          world.trace().note(to, "is called", request);
          to.program().called(call.from().id(), request, reply -> answer(call, starts, reply));
        });
  }

  private void answer(Call<M> call, int starts, M reply) {
    Host<M> to = call.to();
    if (!to.up() || to.starts() != starts || !to.incoming().remove(call)) {
      return;
    }
    world.trace().note(to, "answers", reply);
    if (conditions.brokenCalls() > 0 && random.unit() < conditions.brokenCalls()) {
      reset(call);
      return;
    }
    carry(call, false, FIRST_RESEND_NANOS, () -> call.end(new Reply.Answered<>(reply)));
  }

  /** The caller learns that the connection is gone, if it can be reached. */
  void reset(Call<M> call) {
    carry(
        call,
        false,
        FIRST_RESEND_NANOS,
        () -> call.end(new Reply.Failed<>("the connection broke", false)));
  }
}
