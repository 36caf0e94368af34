package io.kollaps.node.results;

import java.util.List;
import java.util.OptionalLong;

/**
 * Everything that was observed of a run; what a verdict is made from.
 *
 * @param facts what was known before
 * @param end how it ended
 * @param durationNanos from the start to the end
 * @param smallestRoundTripNanos smallest round-trip time above 0 of the paths of any epoch; empty
 *     when no path has latency
 * @param events in the order in which they were done
 * @param flows biggest first
 * @param programs in the order in which they started
 * @param health the machinery
 * @param recordingFailures why the files of the results are incomplete, empty when they are not
 * @param nodes the nodes, where the run had several parts; empty where it had one
 */
public record RunObservations(
    RunFacts facts,
    RunEnd end,
    long durationNanos,
    OptionalLong smallestRoundTripNanos,
    List<EventRecord> events,
    List<FlowSummary> flows,
    List<ProgramRecord> programs,
    HealthSummary health,
    List<String> recordingFailures,
    List<NodeResult> nodes) {

  /** Copies the lists. */
  public RunObservations {
    events = List.copyOf(events);
    flows = List.copyOf(flows);
    programs = List.copyOf(programs);
    recordingFailures = List.copyOf(recordingFailures);
    nodes = List.copyOf(nodes);
  }

  /** Of a run with one part. */
  public RunObservations(
      RunFacts facts,
      RunEnd end,
      long durationNanos,
      OptionalLong smallestRoundTripNanos,
      List<EventRecord> events,
      List<FlowSummary> flows,
      List<ProgramRecord> programs,
      HealthSummary health,
      List<String> recordingFailures) {
    this(
        facts,
        end,
        durationNanos,
        smallestRoundTripNanos,
        events,
        flows,
        programs,
        health,
        recordingFailures,
        List.of());
  }
}
