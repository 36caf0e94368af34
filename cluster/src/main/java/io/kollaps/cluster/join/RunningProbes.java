package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The probes that were asked for and have not ended: when each is asked of the node that serves it,
 * when that is tried again, and who is told that it is over. Apart because none of this depends on
 * what a probe is for, a place in the map or a tie.
 */
final class RunningProbes {
  private final JoinPolicy policy;
  private final RandomGenerator random;
  private final Candidates candidates;
  private final Members members;
  private final CommandList commands;
  private final Map<Long, RunningProbe> probes = new LinkedHashMap<>();
  private final Map<NodePair, Long> retryAtNanos = new HashMap<>();

  /** Nodes that were just admitted and may not serve yet, until when. */
  private final Map<NodeId, Long> settling = new HashMap<>();

  /** Before this, probes may run that the leader before asked for: none is begun beside them. */
  private final long quietUntilNanos;

  private long next;

  /**
   * None runs.
   *
   * @param first number of the first probe; above all that another leader may have given
   */
  RunningProbes(
      JoinPolicy policy,
      RandomGenerator random,
      Candidates candidates,
      Members members,
      CommandList commands,
      long first,
      long quietUntilNanos) {
    this.policy = policy;
    this.random = random;
    this.candidates = candidates;
    this.members = members;
    this.commands = commands;
    this.next = first;
    this.quietUntilNanos = quietUntilNanos;
  }

  boolean isEmpty() {
    return probes.isEmpty();
  }

  Optional<RunningProbe> find(long number) {
    return Optional.ofNullable(probes.get(number));
  }

  /** All of now; those that end while somebody goes through them stay in it. */
  List<RunningProbe> all() {
    return List.copyOf(probes.values());
  }

  /** Who begins them, in the order of the probes. */
  List<NodeId> clients() {
    return probes.values().stream().map(RunningProbe::from).toList();
  }

  /** What a client needs to run a probe; empty while it is not served, and when it is over. */
  Optional<ProbeOrder> order(OptionalLong number) {
    RunningProbe probe = number.isPresent() ? probes.get(number.getAsLong()) : null;
    return probe == null ? Optional.empty() : probe.order(policy.plan());
  }

  /** Takes up a probe; when the last one of this pair has just failed, it waits for a while. */
  void begin(NodeId from, NodeId to, long nowNanos) {
    Long again = retryAtNanos.remove(NodePair.of(from, to));
    RunningProbe probe =
        new RunningProbe(
            next++,
            from,
            to,
            Secret.create(random),
            Math.max(quietUntilNanos, again == null ? nowNanos : again),
            false);
    probes.put(probe.number(), probe);
    candidates.joining(from).ifPresent(candidate -> candidate.measureBy(probe.number()));
    askIfDue(probe, nowNanos);
  }

  /** Begins probes that run together and with no others; tells their numbers. */
  List<Long> beginRound(List<NodePair> pairs, long nowNanos) {
    List<RunningProbe> round = new ArrayList<>();
    for (NodePair pair : pairs) {
      RunningProbe probe =
          new RunningProbe(
              next++, pair.first(), pair.second(), Secret.create(random), nowNanos, true);
      probes.put(probe.number(), probe);
      round.add(probe);
    }
    round.forEach(probe -> askIfDue(probe, nowNanos));
    return round.stream().map(RunningProbe::number).toList();
  }

  void askIfDue(RunningProbe probe, long nowNanos) {
    if (probe.due(nowNanos) && mayRun(probe)) {
      probe.ask(nowNanos, policy.probeNanos());
      commands.add(
          new LeaderCommand.ServeProbe(
              probe.number(), probe.to(), probe.from(), probe.secret(), policy.plan()));
    }
  }

  private boolean mayRun(RunningProbe probe) {
    return probe.ofRound() || probes.values().stream().noneMatch(RunningProbe::ofRound);
  }

  /** Ends all probes of a pair, but those of a round. */
  void cancel(NodeId from, NodeId to) {
    all().stream()
        .filter(probe -> probe.from().equals(from) && probe.to().equals(to))
        .filter(probe -> !probe.ofRound())
        .forEach(
            probe -> {
              remove(probe);
              tellEnd(probe);
            });
  }

  /** Ends what is left of a round; who waited for its end is not asked yet. */
  void endRound(Collection<Long> numbers) {
    for (long number : numbers) {
      RunningProbe probe = probes.remove(number);
      if (probe != null) {
        tellEnd(probe);
      }
    }
  }

  void remove(RunningProbe probe) {
    probes.remove(probe.number());
  }

  /** Tells whoever may still be at it. */
  void tellEnd(RunningProbe probe) {
    if (probe.asked()) {
      commands.add(new LeaderCommand.EndProbe(probe.number(), probe.to()));
      if (candidates.joining(probe.from()).isEmpty() && members.has(probe.from())) {
        commands.add(new LeaderCommand.EndProbe(probe.number(), probe.from()));
      }
    }
  }

  /** A probe is served from now on; empty when it is not waited for. */
  Optional<RunningProbe> served(long number, Contact at) {
    RunningProbe probe = probes.get(number);
    if (probe == null || probe.at().isPresent()) {
      return Optional.empty();
    }
    settling.remove(probe.to());
    probe.served(at);
    return Optional.of(probe);
  }

  void run(Collection<Long> numbers) {
    numbers.stream().map(probes::get).filter(Objects::nonNull).forEach(this::run);
  }

  void run(RunningProbe probe) {
    probe
        .order(policy.plan())
        .ifPresent(order -> commands.add(new LeaderCommand.RunProbe(probe.from(), order)));
  }

  /** True when a node that cannot serve is only just starting: it is asked again. */
  boolean asksAgain(RunningProbe probe, long nowNanos) {
    Long until = settling.get(probe.to());
    if (until == null || until <= nowNanos) {
      return false;
    }
    probe.askAgainAt(nowNanos + policy.retryNanos());
    return true;
  }

  /** A node was just admitted. */
  void settles(NodeId node, long nowNanos) {
    settling.put(node, nowNanos + policy.settleNanos());
  }

  /** Nothing is waited for any more from a node that was just admitted. */
  void settlesNoMore(NodeId node) {
    settling.remove(node);
  }

  /** Runs something that may ask again for a probe that has failed: it then waits for a while. */
  void retrying(NodePair pair, long nowNanos, Runnable asking) {
    retryAtNanos.put(pair, nowNanos + policy.retryNanos());
    asking.run();
    retryAtNanos.remove(pair);
  }
}
