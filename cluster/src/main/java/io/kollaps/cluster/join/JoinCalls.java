package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinEvent;
import io.kollaps.cluster.join.Candidate.Stage;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The leader's side of each join, from the first call of a node to its admission or the end of its
 * lease. Apart because only this knows what is said to a joining node, and how its join ends.
 */
final class JoinCalls {
  private static final double NANOS_PER_SECOND = 1e9;

  private final JoinPolicy policy;
  private final RandomGenerator random;
  private final Candidates candidates;
  private final Members members;
  private final RunningProbes probes;
  private final ProbeDesk probeDesk;
  private final Measuring measuring;
  private final CommandList commands;

  JoinCalls(
      JoinPolicy policy,
      RandomGenerator random,
      Candidates candidates,
      Members members,
      RunningProbes probes,
      ProbeDesk probeDesk,
      Measuring measuring,
      CommandList commands) {
    this.policy = policy;
    this.random = random;
    this.candidates = candidates;
    this.members = members;
    this.probes = probes;
    this.probeDesk = probeDesk;
    this.measuring = measuring;
    this.commands = commands;
  }

  /** Answers a joining node. */
  JoinAnswer answer(JoinCall call, long nowNanos) {
    return switch (call) {
      case JoinCall.Join join -> joins(join, nowNanos);
      case JoinCall.Step step -> steps(step, nowNanos);
      case JoinCall.Abort abort -> {
        find(abort.node(), abort.lease())
            .ifPresent(
                candidate -> {
                  commands.tell(
                      false, "node " + candidate.name() + " gives up joining: " + abort.why());
                  drop(candidate, nowNanos);
                });
        yield new JoinAnswer.Aborted("as asked for");
      }
    };
  }

  private Optional<Candidate> find(NodeId node, Secret lease) {
    return candidates.find(node).filter(candidate -> candidate.lease().equals(lease));
  }

  private JoinAnswer joins(JoinCall.Join join, long nowNanos) {
    Optional<Candidate> known = candidates.find(join.node());
    if (known.isPresent() && join.attempt() < known.get().attempt()) {
      return new JoinAnswer.Aborted("a later attempt of this node is under way");
    }
    if (known.isPresent() && join.attempt() > known.get().attempt()) {
      if (known.get().stage() == Stage.ADMITTING) {
        return new JoinAnswer.Wait(
            "the admission of this node is being decided", false, policy.waitNanos());
      }
      drop(known.get(), nowNanos);
      known = Optional.empty();
    }
    if (known.isEmpty() && candidates.size() >= policy.maxCandidates()) {
      return new JoinAnswer.Wait(
          candidates.size() + " other nodes are joining", false, policy.waitNanos());
    }
    Candidate candidate = known.orElseGet(() -> begin(join, nowNanos));
    candidate.heard(nowNanos);
    return switch (candidate.stage()) {
      case WAITING -> new JoinAnswer.Wait(inTheWay(candidate), true, policy.waitNanos());
      case FAILED, REFUSED -> over(candidate);
      default -> new JoinAnswer.Accepted(candidate.lease(), policy.renewNanos());
    };
  }

  private Candidate begin(JoinCall.Join join, long nowNanos) {
    Candidate candidate =
        new Candidate(join.applicant(), join.attempt(), Secret.create(random), nowNanos);
    candidates.add(candidate);
    members.describes(join.applicant().profile());
    if (policy.measure()) {
      measuring.begin(join.applicant().profile(), nowNanos);
    } else {
      candidates.admit(candidate);
    }
    return candidate;
  }

  private String inTheWay(Candidate waiting) {
    List<String> measured = // few have a probe, and all that wait ask this every second
        probes.clients().stream()
            .flatMap(client -> candidates.find(client).stream())
            .filter(candidate -> candidate != waiting)
            .filter(candidate -> candidate.stage() == Stage.MEASURING)
            .map(Candidate::name)
            .distinct()
            .toList();
    return measured.isEmpty()
        ? "the capacities of members are being measured"
        : "node " + String.join(", ", measured) + " is joining";
  }

  private JoinAnswer steps(JoinCall.Step step, long nowNanos) {
    Optional<Candidate> known = find(step.node(), step.lease());
    if (known.isEmpty()) {
      return new JoinAnswer.Aborted("the leader does not know this join (any more)");
    }
    Candidate candidate = known.get();
    candidate.heard(nowNanos);
    step.last().ifPresent(report -> probeDesk.endedAt(candidate, report, nowNanos));
    return switch (candidate.stage()) {
      case ADMITTED -> new JoinAnswer.Admitted();
      case FAILED, REFUSED -> over(candidate);
      case MEASURING ->
          probes
              .order(candidate.probe())
              .<JoinAnswer>map(JoinAnswer.Probe::new)
              .orElseGet(() -> new JoinAnswer.Hold(policy.pollNanos()));
      default -> new JoinAnswer.Hold(policy.pollNanos());
    };
  }

  private static JoinAnswer over(Candidate candidate) {
    return candidate.stage() == Stage.REFUSED
        ? new JoinAnswer.Refused(candidate.reason())
        : new JoinAnswer.Aborted(candidate.reason());
  }

  /** The state's rules let a node in, or do not. */
  void decided(NodeId node, Optional<String> refusal, long nowNanos) {
    candidates
        .find(node)
        .filter(candidate -> candidate.stage() == Stage.ADMITTING)
        .ifPresent(
            candidate -> {
              candidate.heard(nowNanos);
              if (refusal.isEmpty()) {
                admitted(candidate, nowNanos);
              } else {
                candidate.end(Stage.REFUSED, refusal.get());
                measuring.refused(node, nowNanos);
              }
            });
  }

  private void admitted(Candidate candidate, long nowNanos) {
    candidate.enter(Stage.ADMITTED);
    probes.settles(candidate.id(), nowNanos);
    members.admitted(candidate.applicant().profile());
    if (members.isLost(candidate.id())) {
      measuring.feed(new JoinEvent.NodeLost(candidate.id()), nowNanos);
    }
  }

  /** Leases may be over. */
  void timePassed(long nowNanos) {
    for (Candidate candidate : candidates.all()) {
      if (candidate.silent(nowNanos, policy.leaseNanos()) && candidate.stage() != Stage.ADMITTING) {
        if (candidate.stage().compareTo(Stage.ADMITTED) < 0) {
          commands.tell(
              true,
              "node "
                  + candidate.name()
                  + " was not heard of for "
                  + policy.leaseNanos() / NANOS_PER_SECOND
                  + " s while it was joining; its join is over");
        }
        drop(candidate, nowNanos);
      }
    }
  }

  /** Ends a join; what it took is free at once. A decision under way cannot be taken back. */
  private void drop(Candidate candidate, long nowNanos) {
    if (candidate.stage() == Stage.ADMITTING) {
      return;
    }
    NodeId node = candidate.id();
    candidates.remove(node);
    switch (candidate.stage()) {
      case WAITING, MEASURING -> measuring.abort(node, nowNanos);
      case MEASURED -> {
        if (!members.has(node)) {
          measuring.feed(new JoinEvent.NodeLeft(node, nowNanos), nowNanos);
        }
      }
      case ADMITTED -> {
        if (members.removeUntold(node)) {
          measuring.left(node, nowNanos);
        }
      }
      default -> {} // nothing is left of it
    }
  }
}
