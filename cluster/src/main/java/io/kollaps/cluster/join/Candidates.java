package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.join.Candidate.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The nodes on their way in, in the order in which they came. Apart because calls, probes and the
 * writing of the map each take a join a step on, and must not know one another for it.
 */
final class Candidates {
  private final CommandList commands;
  private final Map<NodeId, Candidate> candidates = new LinkedHashMap<>();

  Candidates(CommandList commands) {
    this.commands = commands;
  }

  void add(Candidate candidate) {
    candidates.put(candidate.id(), candidate);
  }

  void remove(NodeId node) {
    candidates.remove(node);
  }

  Optional<Candidate> find(NodeId node) {
    return Optional.ofNullable(candidates.get(node));
  }

  boolean has(NodeId node) {
    return candidates.containsKey(node);
  }

  boolean isEmpty() {
    return candidates.isEmpty();
  }

  int size() {
    return candidates.size();
  }

  /** All of now; those that end while somebody goes through them stay in it. */
  List<Candidate> all() {
    return List.copyOf(candidates.values());
  }

  /** The node, while it is the one that runs the probes of its join. */
  Optional<Candidate> joining(NodeId node) {
    return find(node).filter(Candidate::joining);
  }

  boolean isAdmitted(NodeId node) {
    return find(node).filter(candidate -> candidate.stage() == Stage.ADMITTED).isPresent();
  }

  /** What people call a node, candidate or not. */
  String nameOf(NodeId node) {
    return "node " + find(node).map(Candidate::name).orElse(node.value());
  }

  /** Has the admission decided of all that are in the map and for which this holds. */
  void admitMeasured(Predicate<Candidate> which) {
    measured().stream().filter(which).toList().forEach(this::admit);
  }

  void admit(Candidate candidate) {
    candidate.enter(Stage.ADMITTING);
    commands.add(new LeaderCommand.Admit(candidate.applicant()));
  }

  /** Those that are in the map, and whose records are not safe yet. */
  List<Candidate> measured() {
    return candidates.values().stream()
        .filter(candidate -> candidate.stage() == Stage.MEASURED)
        .toList();
  }
}
