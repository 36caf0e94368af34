package io.kollaps.topology.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The paths of a compiled experiment at one time, asked for by endpoint name. */
record View(CompiledExperiment compiled, Paths paths) {

  static View at(CompiledExperiment compiled, double seconds) {
    return new View(compiled, compiled.pathsAt(Math.round(seconds * ExperimentBuilder.SECOND)));
  }

  int index(String endpoint) {
    List<Endpoint> found = EndpointNames.find(compiled, endpoint);
    assertThat(found).as(endpoint).hasSize(1);
    return found.getFirst().index();
  }

  Optional<CollapsedPath> find(String from, String to) {
    return paths.path(index(from), index(to));
  }

  CollapsedPath path(String from, String to) {
    return find(from, to).orElseThrow(() -> new AssertionError(from + " does not reach " + to));
  }

  List<String> links(String from, String to) {
    return Arrays.stream(paths.links(index(from), index(to)))
        .mapToObj(compiled.network()::linkName)
        .toList();
  }

  double roundTripMillis(String from, String to) {
    return (double) paths.roundTripNanos(index(from), index(to)) / ExperimentBuilder.MILLI;
  }

  /** Asserts latency, rate and hops both of the path and of its existence. */
  void shouldBe(String from, String to, double latencyMillis, double megabits, int hops) {
    CollapsedPath path = path(from, to);
    assertThat(
            List.of(
                (double) path.latencyNanos() / ExperimentBuilder.MILLI,
                (double) path.rateBitsPerSecond() / ExperimentBuilder.MEGABIT,
                (double) path.hops()))
        .as("latency, rate and hops of " + from + " to " + to)
        .containsExactly(latencyMillis, megabits, (double) hops);
    assertThat(paths.connected(index(from), index(to))).isTrue();
  }

  void shouldNotReach(String from, String to) {
    assertThat(find(from, to)).as(from + " to " + to).isEmpty();
    assertThat(paths.connected(index(from), index(to))).isFalse();
    assertThat(links(from, to)).isEmpty();
    assertThat(paths.roundTripNanos(index(from), index(to))).isZero();
  }

  /** All values of all pairs in a comparable form. */
  List<String> dump() {
    List<String> result = new ArrayList<>();
    for (Endpoint from : compiled.endpoints()) {
      for (Endpoint to : compiled.endpoints()) {
        result.add(
            from.name()
                + " "
                + to.name()
                + " "
                + paths.path(from.index(), to.index())
                + " "
                + links(from.name(), to.name())
                + " "
                + paths.roundTripNanos(from.index(), to.index()));
      }
    }
    return result;
  }
}
