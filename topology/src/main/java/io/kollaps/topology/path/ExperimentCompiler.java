package io.kollaps.topology.path;

import io.kollaps.topology.Action;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Problem;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * Expands replicas, assigns addresses, chooses replicas for events, and collapses the paths of
 * every epoch.
 *
 * <p>Pure and single-threaded: the same input gives the same result, whatever the order of hash
 * tables. The rules stand with the parts: {@link NetworkExpansion}, {@link AddressPlan}, {@link
 * TreeBuilder} (what the shortest path is), {@link ActivePaths}, {@link EpochCompiler}, {@link
 * EndpointTimeline}. Endpoints do not forward: no path passes through one.
 */
public final class ExperimentCompiler {
  private ExperimentCompiler() {}

  /**
   * Compiles an experiment; the same experiment and seed give the same result.
   *
   * <p>Events after the end (a stop event or the duration) are checked but left out; events of the
   * end's own instant stay. An instant after which every link is as before begins no epoch.
   *
   * @param experiment a validated experiment
   * @param seed the run's seed, decides which replicas an {@code Amount} means
   * @throws CompileException with every problem found: too few addresses, names that mean nothing
   *     or two things, events for more endpoints than there are, too large networks
   */
  public static CompiledExperiment compile(Experiment experiment, long seed)
      throws CompileException {
    List<Problem> problems = new ArrayList<>();
    List<TimelineEvent> timeline =
        experiment.timeline().stream()
            .sorted(Comparator.comparingLong(TimelineEvent::atNanos))
            .toList();
    checkTimes(timeline, problems);
    NetworkExpansion expansion = new NetworkExpansion(experiment, problems);
    ActivePaths active =
        new ActivePaths(
            experiment.services(),
            expansion.serviceIndexes(),
            expansion.serviceOfEndpoint(),
            problems);
    stopOn(problems);
    NetworkLayout layout = expansion.layout();
    stopOn(problems);
    List<EndpointEvent> events =
        new EndpointTimeline(expansion, experiment.services(), seed, problems).compile(timeline);
    List<Epoch> epochs =
        new EpochCompiler(expansion, layout, active, experiment.settings().routing(), problems)
            .compile(timeline);
    stopOn(problems);
    OptionalLong end = endNanos(experiment, timeline);
    long last = end.orElse(Long.MAX_VALUE);
    return new CompiledExperiment(
        experiment,
        expansion.endpoints(),
        layout,
        epochs.stream().filter(epoch -> epoch.atNanos() <= last).toList(),
        events.stream().filter(event -> event.atNanos() <= last).toList(),
        end);
  }

  private static void checkTimes(List<TimelineEvent> timeline, List<Problem> problems) {
    for (TimelineEvent event : timeline) {
      if (event.atNanos() < 0) {
        problems.add(
            new Problem(
                event.position(),
                "an event is at " + Seconds.text(event.atNanos()) + ", before the start",
                "use a time of at least 0"));
      }
    }
  }

  private static OptionalLong endNanos(Experiment experiment, List<TimelineEvent> timeline) {
    LongStream stops =
        timeline.stream()
            .filter(event -> event.action() instanceof Action.Stop)
            .mapToLong(TimelineEvent::atNanos);
    return LongStream.concat(stops, experiment.settings().durationNanos().stream()).min();
  }

  private static void stopOn(List<Problem> problems) throws CompileException {
    if (!problems.isEmpty()) {
      problems.sort(
          Comparator.comparing(
              Problem::position,
              Comparator.comparingInt(SourcePosition::line)
                  .thenComparingInt(SourcePosition::column)));
      throw new CompileException(problems);
    }
  }
}
