package io.kollaps.topology.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Link;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.path.Paths;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScaleFreeGraphTest {

  @Test
  void shouldHaveTheProportionsOfThePaper() {
    Experiment graph = ScaleFreeGraph.generate(1_000, 1);

    assertThat(graph.services()).hasSize(666);
    assertThat(graph.bridges()).hasSize(334);
    // Bridges: one link for the second, two for each later one; endpoints: one each; two-way.
    assertThat(graph.links()).hasSize(2 * (1 + 2 * 332 + 666));
    assertThat(graph.links().stream().map(link -> link.from() + " " + link.to()))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldKeepLatenciesAndRatesInTheirRange() {
    for (Link link : ScaleFreeGraph.generate(300, 5).links()) {
      assertThat(link.properties().latencyNanos()).isBetween(1_000_000L, 10_000_000L);
      assertThat(link.properties().rateBitsPerSecond()).isBetween(10_000_000L, 1_000_000_000L);
    }
  }

  @Test
  void shouldPreferBridgesWithManyLinks() {
    Map<String, Long> degrees =
        ScaleFreeGraph.generate(4_000, 2).links().stream()
            .collect(Collectors.groupingBy(Link::from, Collectors.counting()));

    // Mean degree of a bridge is 6; an even spread over 1334 bridges stays far under 60.
    assertThat(degrees.values().stream().mapToLong(Long::longValue).max().orElse(0))
        .isGreaterThan(60);
  }

  @Test
  void shouldConnectAllEndpoints() throws Exception {
    for (int elements : new int[] {3, 4, 5, 6, 10, 100}) {
      CompiledExperiment compiled =
          ExperimentCompiler.compile(ScaleFreeGraph.generate(elements, elements), 1);
      Paths paths = compiled.pathsAt(0);
      for (int from = 0; from < paths.endpointCount(); from++) {
        for (int to = 0; to < paths.endpointCount(); to++) {
          assertThat(paths.connected(from, to))
              .as("%d: %d %d", elements, from, to)
              .isEqualTo(from != to);
        }
      }
    }
  }

  @Test
  void shouldDependOnNothingButTheSeed() {
    assertThat(ScaleFreeGraph.generate(200, 9)).isEqualTo(ScaleFreeGraph.generate(200, 9));
    assertThat(ScaleFreeGraph.generate(200, 9).links())
        .isNotEqualTo(ScaleFreeGraph.generate(200, 10).links());
  }

  @Test
  void shouldRefuseSizesThatMakeNoNetwork() {
    assertThatThrownBy(() -> ScaleFreeGraph.generate(2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ScaleFreeGraph.generate(100_000, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
