package io.kollaps.node.run;

import io.kollaps.node.results.ProgramRecord;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps when each program ran and how it ended. Used by the run's loop thread, and after it has
 * ended; what runs may be asked from any thread.
 */
final class ProgramLog {
  private final List<Endpoint> endpoints;
  private final List<ProgramRecord> records = new ArrayList<>();
  private final Map<Integer, Long> running = new ConcurrentHashMap<>();

  ProgramLog(List<Endpoint> endpoints) {
    this.endpoints = endpoints;
  }

  void started(int endpoint, long atNanos) {
    running.put(endpoint, atNanos);
  }

  void ended(int endpoint, long atNanos, ExitStatus status) {
    Long since = running.remove(endpoint);
    records.add(
        new ProgramRecord(
            name(endpoint),
            since == null ? OptionalLong.empty() : OptionalLong.of(since),
            OptionalLong.of(atNanos),
            OptionalInt.of(status.code()),
            ProgramRecord.Cause.of(status.cause()),
            ""));
  }

  void notStarted(int endpoint, String why) {
    running.remove(endpoint);
    records.add(never(endpoint, ProgramRecord.Cause.NOT_STARTED, why));
  }

  void conditionTimedOut(int endpoint, String missing) {
    records.add(
        never(
            endpoint,
            ProgramRecord.Cause.START_CONDITION_TIMED_OUT,
            "nothing listened on " + missing));
  }

  void stillWaiting(int endpoint, String missing) {
    records.add(
        never(endpoint, ProgramRecord.Cause.STILL_WAITING, "nothing listened on " + missing));
  }

  /** Offset of the start of an endpoint's program; empty when none runs. */
  OptionalLong runningSince(int endpoint) {
    Long since = running.get(endpoint);
    return since == null ? OptionalLong.empty() : OptionalLong.of(since);
  }

  /** The records; programs that still run end with the run, at the given offset. */
  List<ProgramRecord> finish(long atNanos) {
    running.forEach(
        (endpoint, since) ->
            records.add(
                new ProgramRecord(
                    name(endpoint),
                    OptionalLong.of(since),
                    OptionalLong.of(atNanos),
                    OptionalInt.empty(),
                    ProgramRecord.Cause.RUN_ENDED,
                    "")));
    running.clear();
    return List.copyOf(records);
  }

  private ProgramRecord never(int endpoint, ProgramRecord.Cause cause, String detail) {
    return new ProgramRecord(
        name(endpoint),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        cause,
        detail);
  }

  private String name(int endpoint) {
    return endpoints.get(endpoint).name();
  }
}
