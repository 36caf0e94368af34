package io.kollaps.node.verdict;

import static io.kollaps.node.results.Verdict.Level.DEGRADED;
import static io.kollaps.node.results.Verdict.Level.INFO;
import static io.kollaps.node.results.Verdict.Level.INVALID;

import io.kollaps.node.results.Figures;
import io.kollaps.node.results.NodeResult;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.results.Verdict.Level;
import io.kollaps.node.results.Verdict.Measure;
import io.kollaps.node.results.Verdict.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Judges a run of several parts: by the verdicts of its parts, and by what only all of them
 * together can tell. Pure.
 */
public final class PartsJudge {
  private final RunObservations seen;
  private final List<Reason> reasons = new ArrayList<>();

  private PartsJudge(RunObservations seen) {
    this.seen = seen;
  }

  /**
   * The verdict: the worst of the parts', with all of their reasons, each with the names of its
   * nodes unless it holds for all.
   *
   * @param seen what was observed in all parts together, with a {@link NodeResult} for each node
   * @param parts the parts' verdicts, by the names of their nodes
   */
  public static Verdict judge(RunObservations seen, Map<String, Verdict> parts) {
    PartsJudge judge = new PartsJudge(seen);
    judge.missing();
    judge.ofParts(parts);
    judge.startSkew();
    judge.clocks();
    judge.traffic();
    return Verdict.of(judge.reasons);
  }

  private void missing() {
    for (NodeResult node : seen.nodes()) {
      if (!node.present()) {
        reasons.add(
            new Reason(
                INVALID,
                "part-missing",
                "The results of node "
                    + node.name()
                    + " are missing: what ran there, and the flows that began there, are not here.",
                Optional.empty(),
                "The node was lost, or did not hand over its results; run the experiment again."));
      }
    }
  }

  private void ofParts(Map<String, Verdict> parts) {
    // The text without figures is the same where the cause is the same.
    record Key(Level level, String code, String message, String remedy) {}
    Map<Key, Set<String>> nodes = new LinkedHashMap<>();
    Map<Key, Reason> first = new LinkedHashMap<>();
    parts.forEach(
        (node, verdict) -> {
          for (Reason reason : verdict.reasons()) {
            Key key = new Key(reason.level(), reason.code(), reason.message(), reason.remedy());
            first.putIfAbsent(key, reason);
            nodes.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(node);
          }
        });
    first.forEach(
        (key, reason) -> {
          Set<String> where = nodes.getOrDefault(key, Set.of());
          boolean everywhere = where.size() == seen.nodes().size();
          reasons.add(
              everywhere
                  ? reason
                  : new Reason(
                      reason.level(),
                      reason.code(),
                      "Node " + String.join(", ", where) + ": " + reason.message(),
                      reason.measure(),
                      reason.remedy()));
        });
  }

  private void startSkew() {
    List<NodeResult> started =
        seen.nodes().stream().filter(n -> n.startLatenessNanos().isPresent()).toList();
    LongSummaryStatistics lateness =
        started.stream()
            .map(NodeResult::startLatenessNanos)
            .mapToLong(OptionalLong::getAsLong)
            .summaryStatistics();
    if (started.size() < 2) {
      return;
    }
    long skew = lateness.getMax() - lateness.getMin();
    Optional<Level> level =
        Judge.level(
            skew, Thresholds.START_SKEW_DEGRADED_NANOS, Thresholds.START_SKEW_INVALID_NANOS);
    if (level.isPresent()) {
      long bound =
          level.get() == INVALID
              ? Thresholds.START_SKEW_INVALID_NANOS
              : Thresholds.START_SKEW_DEGRADED_NANOS;
      String last =
          started.stream()
              .filter(n -> n.startLatenessNanos().orElse(0) == lateness.getMax())
              .map(NodeResult::name)
              .findFirst()
              .orElse("");
      reasons.add(
          new Reason(
              level.get(),
              "start-skew",
              "The nodes did not start together: "
                  + last
                  + " began "
                  + Figures.time(skew)
                  + " after the first (bound "
                  + Figures.time(bound)
                  + ").",
              Optional.of(new Measure(skew / 1e6, bound / 1e6, "ms")),
              "Free the late node of other work."));
    }
  }

  private void clocks() {
    for (NodeResult node : seen.nodes()) {
      if (node.clockBoundNanos() > Thresholds.CLOCK_BOUND_DEGRADED_NANOS) {
        reasons.add(
            new Reason(
                DEGRADED,
                "clock-uncertain",
                "The clock of node "
                    + node.name()
                    + " is known to within "
                    + Figures.time(node.clockBoundNanos())
                    + " only (bound "
                    + Figures.time(Thresholds.CLOCK_BOUND_DEGRADED_NANOS)
                    + "): its events may have been so far off those of the others.",
                Optional.of(
                    new Measure(
                        node.clockBoundNanos() / 1e6,
                        Thresholds.CLOCK_BOUND_DEGRADED_NANOS / 1e6,
                        "ms")),
                "Use nodes with a quicker or steadier connection to the leader."));
      }
    }
  }

  private void traffic() {
    if (seen.flows().isEmpty()
        && seen.health().fabric().deliveredPackets() == 0
        && seen.end().kind() == RunEnd.Kind.COMPLETED) {
      reasons.add(
          new Reason(
              INFO,
              Judge.NO_TRAFFIC,
              "No endpoint sent anything to another.",
              Optional.empty(),
              "If it should have: look into the logs, and let the programs use the endpoints'"
                  + " names."));
    }
  }
}
