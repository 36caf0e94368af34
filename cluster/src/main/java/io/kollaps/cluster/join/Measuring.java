package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMapper;
import io.kollaps.cluster.capacity.Hints;
import io.kollaps.cluster.capacity.JoinCommand;
import io.kollaps.cluster.capacity.JoinEvent;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Candidate.Stage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells the mapper what happened, and does what it asks for: probes begin, nodes find their places
 * or do not. Apart because it alone speaks with the mapper, whose answer about one node may change
 * several joins.
 */
final class Measuring {
  private final long remeasureNanos;
  private final CapacityMapper mapper;
  private final Candidates candidates;
  private final Members members;
  private final Unmeasured unmeasured;
  private final RunningProbes probes;
  private final MapPublisher publisher;
  private final CommandList commands;

  Measuring(
      long remeasureNanos,
      CapacityMapper mapper,
      Candidates candidates,
      Members members,
      Unmeasured unmeasured,
      RunningProbes probes,
      MapPublisher publisher,
      CommandList commands) {
    this.remeasureNanos = remeasureNanos;
    this.mapper = mapper;
    this.candidates = candidates;
    this.members = members;
    this.unmeasured = unmeasured;
    this.probes = probes;
    this.publisher = publisher;
    this.commands = commands;
  }

  /** Tells the mapper, and does what it asks for. */
  void feed(JoinEvent event, long nowNanos) {
    for (JoinCommand command : mapper.handle(event)) {
      switch (command) {
        case JoinCommand.Probe(NodeId from, NodeId to) -> probes.begin(from, to, nowNanos);
        case JoinCommand.CancelProbe(NodeId from, NodeId to) -> probes.cancel(from, to);
        case JoinCommand.Joined(NodeId node, int count) -> joined(node, count);
        case JoinCommand.JoinFailed(NodeId node, String reason) -> failed(node, reason, nowNanos);
        case JoinCommand.Verified(NodePair pair, boolean held, List<NodeId> again) ->
            verified(pair, held, again, nowNanos);
        case JoinCommand.VerificationFailed(NodePair pair, String reason) ->
            commands.add(new LeaderCommand.Verified(pair, false, reason));
        case JoinCommand.TopologyContradicted(NodePair pair, long told, long found) ->
            commands.tell(
                true,
                "the description of the network says "
                    + told
                    + " bit/s between "
                    + pair.first()
                    + " and "
                    + pair.second()
                    + ", a probe found "
                    + found
                    + "; the node is measured as if there were no description");
      }
    }
  }

  private void joined(NodeId node, int count) {
    publisher.changed();
    unmeasured.remove(node);
    candidates
        .joining(node)
        .ifPresent(
            candidate -> {
              candidate.enter(Stage.MEASURED);
              commands.tell(
                  false, "node " + candidate.name() + " has its place after " + count + " probes");
            });
  }

  private void failed(NodeId node, String reason, long nowNanos) {
    publisher.changed();
    Optional<Candidate> candidate = candidates.find(node);
    if (candidate.isPresent() && candidate.get().stage().compareTo(Stage.ADMITTING) < 0) {
      candidate.get().end(Stage.FAILED, reason);
      commands.tell(false, "the join of node " + candidate.get().name() + " failed: " + reason);
    }
    if (members.has(node)) {
      unmeasured.put(node, nowNanos + remeasureNanos);
      if (candidate.isEmpty()) {
        commands.tell(
            true, "member " + node + " could not be measured, it is tried again: " + reason);
      }
    }
  }

  private void verified(NodePair pair, boolean held, List<NodeId> again, long nowNanos) {
    publisher.changed();
    String why = "";
    if (!held) {
      why =
          "the probe found something else; measured again: "
              + again.stream().map(candidates::nameOf).collect(Collectors.joining(", "));
      commands.tell(
          true, "the map was wrong about " + pair.first() + " and " + pair.second() + ": " + why);
      publisher.hold(nowNanos);
      again.forEach(this::placeAgain);
    }
    commands.add(new LeaderCommand.Verified(pair, held, why));
  }

  private void placeAgain(NodeId node) {
    Optional<Candidate> candidate = candidates.find(node);
    if (candidate.isPresent() && candidate.get().stage() == Stage.MEASURED) {
      candidate.get().enter(Stage.WAITING);
    } else {
      unmeasured.begun(node);
    }
  }

  /** A node wants a place in the map. */
  void begin(NodeProfile node, long nowNanos) {
    unmeasured.remove(node.id());
    feed(new JoinEvent.JoinBegins(node, Hints.NONE, nowNanos), nowNanos);
  }

  /** A node does not want a place any more. A member without one is measured all the same. */
  void abort(NodeId node, long nowNanos) {
    feed(new JoinEvent.JoinAborted(node), nowNanos);
    if (members.has(node) && !mapper.map().has(node)) {
      unmeasured.put(node, nowNanos);
    }
  }

  /** A node is not let in: its place is free, unless it is a member. */
  void refused(NodeId node, long nowNanos) {
    if (!members.has(node)) {
      feed(new JoinEvent.NodeLeft(node, nowNanos), nowNanos);
      publisher.changed();
    }
  }

  /** Measures members without a place. */
  void measureMembers(long nowNanos) {
    for (NodeId node : unmeasured.due(nowNanos)) {
      Optional<NodeProfile> profile = members.profile(node);
      if (profile.isPresent()) {
        unmeasured.begun(node);
        feed(new JoinEvent.JoinBegins(profile.get(), Hints.NONE, nowNanos), nowNanos);
      }
    }
  }

  /** A node is no member any more. One that is joining again by now keeps what its join has. */
  void left(NodeId node, long nowNanos) {
    unmeasured.remove(node);
    probes.settlesNoMore(node);
    members.forgetProfile(node);
    Optional<Candidate> candidate = candidates.find(node);
    if (candidates.isAdmitted(node)) {
      candidates.remove(node);
    }
    if (candidate.isEmpty() || candidate.get().stage().compareTo(Stage.ADMITTED) >= 0) {
      feed(new JoinEvent.NodeLeft(node, nowNanos), nowNanos);
      publisher.changed();
    }
  }

  /** A probe has measured something. */
  void probed(NodeId from, NodeId to, Measurement measurement) {
    feed(new JoinEvent.ProbeDone(from, to, measurement), measurement.atNanos());
    publisher.changed();
  }

  /** A probe has failed; when it is asked for again, that waits for a while. */
  void probeFailed(NodeId from, NodeId to, String why, long nowNanos) {
    probes.retrying(
        NodePair.of(from, to),
        nowNanos,
        () -> feed(new JoinEvent.ProbeFailed(from, to, why), nowNanos));
  }
}
