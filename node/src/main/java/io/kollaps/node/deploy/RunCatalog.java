package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.generated.PartViewMessage;
import io.kollaps.node.generated.RunViewMessage;
import io.kollaps.node.generated.RunsReply;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import io.kollaps.node.results.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All runs as this node knows them: what is on record, and where the leader can be asked, more.
 *
 * <p>A run is over when its end is on record, and not a moment before: with the phase come the
 * reason, the verdict and the time. A leader decides on an end, and tells it, before it is written.
 */
final class RunCatalog {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MOST_NAMED = 5;

  private final RunStore store;
  private final LeaderRuns leader;

  RunCatalog(RunStore store, LeaderRuns leader) {
    this.store = store;
    this.leader = leader;
  }

  /**
   * A run.
   *
   * @param record what is on record; empty while it is not
   * @param view what the leader knows; empty when it cannot be asked
   */
  record Entry(Optional<RunRecord> record, Optional<RunViewMessage> view) {
    RunId run() {
      return record.map(RunRecord::run).orElseGet(() -> new RunId(view.orElseThrow().getRun()));
    }

    /** Where it is; an end of which the record does not know yet is still to come. */
    RunPhase phase() {
      if (view.isEmpty()) {
        return record.orElseThrow().phase();
      }
      RunPhase told = RunPhase.valueOf(view.get().getPhase());
      return told.ended() && record.isPresent() ? RunPhase.ENDING : told;
    }

    /** Why it ends or starts anew, as the newest that can be asked knows; may be empty. */
    String reason() {
      return view.map(RunViewMessage::getReason).orElseGet(() -> record.orElseThrow().reason());
    }

    int attempt() {
      return view.map(RunViewMessage::getAttempt).orElseGet(() -> record.orElseThrow().attempt());
    }

    long submittedAtMillis() {
      return record
          .map(each -> each.times().submittedAtMillis())
          .orElseGet(() -> view.orElseThrow().getSubmittedAtMillis());
    }

    /** Names the parts of the present attempt. */
    PartKey key() {
      return new PartKey(run(), Math.max(1, attempt()));
    }
  }

  /**
   * All of them.
   *
   * @param fresh whether the leader was asked
   * @param entries in the order of their submission
   */
  record Listing(boolean fresh, List<Entry> entries) {}

  Listing list() {
    Map<String, RunRecord> records = new TreeMap<>();
    store.records().forEach(record -> records.put(record.run().value(), record));
    return list(records, leader.runs());
  }

  /** Of the records that this node has, by run, and of what the leader answered, if it did. */
  static Listing list(Map<String, RunRecord> records, Optional<RunsReply> views) {
    Map<String, RunViewMessage> seen = new TreeMap<>();
    views.ifPresent(reply -> reply.getRunsList().forEach(view -> seen.put(view.getRun(), view)));
    TreeMap<String, Entry> entries = new TreeMap<>();
    for (Map.Entry<String, RunRecord> each : records.entrySet()) {
      RunRecord record = each.getValue();
      // what is over is over, however old the leader's word is
      @Nullable RunViewMessage view = record.phase().ended() ? null : seen.get(each.getKey());
      entries.put(each.getKey(), new Entry(Optional.of(record), Optional.ofNullable(view)));
    }
    seen.forEach(
        (run, view) -> entries.putIfAbsent(run, new Entry(Optional.empty(), Optional.of(view))));
    List<Entry> ordered =
        entries.values().stream()
            .sorted(
                Comparator.comparingLong(Entry::submittedAtMillis)
                    .thenComparing(entry -> entry.run().value()))
            .toList();
    return new Listing(views.isPresent(), ordered);
  }

  /**
   * A run by its id, or the beginning of one that no other has.
   *
   * @throws LocalFailure when there is none, or more than one
   */
  Entry find(String name) throws LocalFailure {
    return find(list(), name);
  }

  static Entry find(Listing listing, String name) throws LocalFailure {
    if (name.isEmpty()) {
      throw LocalFailure.badInput("name a run; 'kollaps ls' shows them");
    }
    List<Entry> found =
        listing.entries().stream().filter(each -> each.run().value().startsWith(name)).toList();
    Optional<Entry> exact =
        found.stream().filter(each -> each.run().value().equals(name)).findFirst();
    if (exact.isPresent()) {
      return exact.get();
    }
    if (found.isEmpty()) {
      throw LocalFailure.badInput("no run is called '" + name + "'; 'kollaps ls' shows them");
    }
    if (found.size() > 1) {
      throw LocalFailure.badInput(
          "'"
              + name
              + "' is the beginning of "
              + found.size()
              + " runs: "
              + found.stream()
                  .limit(MOST_NAMED)
                  .map(each -> each.run().value())
                  .collect(Collectors.joining(", "))
              + "; write more of it");
    }
    return found.getFirst();
  }

  /** A run as a row for people. */
  static RunActions.RunRow row(Entry entry) {
    Optional<RunRecord> record = entry.record();
    return new RunActions.RunRow(
        entry.run().value(),
        record
            .map(RunRecord::experiment)
            .orElseGet(() -> entry.view().orElseThrow().getExperiment()),
        entry.phase().word(),
        entry.attempt(),
        record.map(each -> each.homes().size()).orElse(0),
        record.map(each -> each.nodes().stream().map(RunNode::name).toList()).orElse(List.of()),
        entry.submittedAtMillis(),
        record.flatMap(each -> boxed(each.times().startedAtMillis())),
        record.flatMap(each -> boxed(each.times().endedAtMillis())),
        record.map(RunCatalog::verdict).orElse(""),
        entry.reason());
  }

  private static Optional<Long> boxed(OptionalLong value) {
    return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
  }

  /** The worst verdict of a run's parts; empty while it is not over or has none. */
  static String verdict(RunRecord record) {
    if (!record.phase().ended()) {
      return "";
    }
    return record.results().values().stream()
        .map(PartResult::grade)
        .max(Comparator.naturalOrder())
        .map(Verdict.Grade::name)
        .orElse("");
  }

  /** The reasons of a run's verdict, each with its node. */
  static List<String> reasons(RunRecord record) {
    List<String> reasons = new ArrayList<>();
    record
        .results()
        .forEach(
            (node, result) ->
                result.reasons().forEach(why -> reasons.add(name(record, node) + ": " + why)));
    return reasons;
  }

  private static String name(RunRecord record, NodeId node) {
    return record.nodes().stream()
        .filter(each -> each.id().equals(node))
        .map(RunNode::name)
        .findFirst()
        .orElse(node.value());
  }

  /** A run with its parts. */
  static RunActions.RunDetail detail(Entry entry, boolean fresh) {
    Optional<RunRecord> record = entry.record();
    return new RunActions.RunDetail(
        fresh,
        row(entry),
        record.map(RunRecord::seed).orElse(0L),
        record.map(RunRecord::fabric).orElse(""),
        record.map(each -> each.policy().word()).orElse(""),
        record.map(RunRecord::vni).orElse(0),
        record.map(RunRecord::endpointMtu).orElse(0),
        record.map(each -> parts(each, entry.view())).orElse(List.of()));
  }

  private static List<RunActions.PartRow> parts(RunRecord record, Optional<RunViewMessage> view) {
    Map<String, PartState> states = new TreeMap<>();
    view.ifPresent(
        each -> {
          for (PartViewMessage part : each.getPartsList()) {
            states.put(part.getNode(), ReportMessages.state(part.getState()));
          }
        });
    List<RunActions.PartRow> rows = new ArrayList<>();
    for (int i = 0; i < record.nodes().size(); i++) {
      RunNode node = record.nodes().get(i);
      Optional<PartState> state = Optional.ofNullable(states.get(node.id().value()));
      Optional<PartResult> result = Optional.ofNullable(record.results().get(node.id()));
      rows.add(
          new RunActions.PartRow(
              node.name(),
              record.endpointsOn(i),
              state.map(RunCatalog::word).orElse(record.phase().ended() ? "ended" : "unknown"),
              state.flatMap(RunCatalog::lateness),
              result.map(each -> each.grade().name()).orElse(""),
              result.map(PartResult::reasons).orElse(List.of())));
    }
    return rows;
  }

  private static String word(PartState state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Optional<Double> lateness(PartState state) {
    return state instanceof PartState.Running running
        ? Optional.of(running.latenessNanos() / NANOS_PER_MILLI)
        : Optional.empty();
  }
}
