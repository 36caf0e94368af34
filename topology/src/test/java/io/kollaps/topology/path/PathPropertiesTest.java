package io.kollaps.topology.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.topology.Experiment;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Compares with trying all simple paths, on random networks. */
class PathPropertiesTest {
  private static final int NETWORKS = 600;

  static void shouldEqualReference(
      String what, CompiledExperiment compiled, Paths paths, Experiment state) {
    ReferencePaths reference = new ReferencePaths(state);
    for (Endpoint from : compiled.endpoints()) {
      for (Endpoint to : compiled.endpoints()) {
        String where = what + ", " + from.name() + " to " + to.name();
        View view = new View(compiled, paths);
        List<ReferencePaths.Edge> expected = reference.path(from.name(), to.name());
        assertThat(view.links(from.name(), to.name()))
            .as(where)
            .isEqualTo(expected.stream().map(ReferencePaths.Edge::name).toList());
        shouldBeClose(
            where, paths.path(from.index(), to.index()), ReferencePaths.collapse(expected));
        assertThat(paths.connected(from.index(), to.index()))
            .as(where)
            .isEqualTo(!expected.isEmpty());
      }
    }
  }

  private static void shouldBeClose(
      String where, Optional<CollapsedPath> actual, Optional<CollapsedPath> expected) {
    assertThat(actual.isPresent()).as(where).isEqualTo(expected.isPresent());
    if (expected.isEmpty() || actual.isEmpty()) {
      return;
    }
    CollapsedPath path = actual.get();
    double loss = expected.get().lossProbability();
    assertThat(path.lossProbability()).as(where).isCloseTo(loss, within(1e-12));
    assertThat(
            new CollapsedPath(
                path.latencyNanos(),
                path.jitter(),
                loss,
                path.rateBitsPerSecond(),
                path.framing(),
                path.queueLimit(),
                path.hops()))
        .as(where)
        .isEqualTo(expected.get());
  }

  @Test
  void shouldFindTheBestPathOfAll() throws Exception {
    long seed = new SplittableRandom().nextLong();
    for (int i = 0; i < NETWORKS; i++) {
      RandomExperiments random = new RandomExperiments(seed + i);
      ExperimentBuilder builder = new ExperimentBuilder().routing(random.routing());
      RandomExperiments.Elements elements = random.nodes(builder);
      for (NetworkExpansion.Pair pair : random.pairs(elements)) {
        builder.oneWay(pair.from(), pair.to(), random.properties());
      }
      Experiment experiment = builder.build();
      CompiledExperiment compiled = ExperimentCompiler.compile(experiment, 1);
      shouldEqualReference("seed " + (seed + i), compiled, compiled.pathsAt(0), experiment);
    }
  }

  @Test
  void shouldGiveTheSameResultEachTime() throws Exception {
    long seed = new SplittableRandom().nextLong();
    for (int i = 0; i < 50; i++) {
      CompiledExperiment first = compileRandom(seed + i);
      CompiledExperiment second = compileRandom(seed + i);
      assertThat(new View(second, second.pathsAt(0)).dump())
          .as("seed " + (seed + i))
          .isEqualTo(new View(first, first.pathsAt(0)).dump());
      assertThat(second.endpoints()).isEqualTo(first.endpoints());
    }
  }

  private static CompiledExperiment compileRandom(long seed) throws CompileException {
    RandomExperiments random = new RandomExperiments(seed);
    ExperimentBuilder builder = new ExperimentBuilder().routing(random.routing());
    for (NetworkExpansion.Pair pair : random.pairs(random.nodes(builder))) {
      builder.oneWay(pair.from(), pair.to(), random.properties());
    }
    return builder.compile();
  }
}
