package io.kollaps.topology.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.path.NetworkExpansion.Pair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every epoch of random timelines against the state that its events add up to. */
class TimelinePropertiesTest {
  private static final int TIMELINES = 80;
  private static final int INSTANTS = 12;

  /** What holds at a time, kept in the plainest way. */
  private static final class State {
    final Map<Pair, LinkProperties> properties = new LinkedHashMap<>();
    final Set<Pair> left = new HashSet<>();
    final Set<String> away = new HashSet<>();

    void apply(Action action) {
      switch (action) {
        case Action.LinkJoin join -> {
          Pair pair = new Pair(join.from(), join.to());
          LinkProperties before = properties.getOrDefault(pair, LinkProperties.IDEAL);
          properties.put(pair, join.change().applyTo(before));
          left.remove(pair);
        }
        case Action.LinkLeave leave -> left.add(new Pair(leave.from(), leave.to()));
        case Action.LinkSet set ->
            properties.computeIfPresent(
                new Pair(set.from(), set.to()), (_, before) -> set.change().applyTo(before));
        case Action.BridgeJoin join -> away.remove(join.bridge());
        case Action.BridgeLeave leave -> away.add(leave.bridge());
        case Action.OnEndpoints _, Action.Stop _ -> throw new AssertionError("not made here");
      }
    }

    Experiment asExperiment(Experiment base) {
      List<Link> links = new ArrayList<>();
      properties.forEach(
          (pair, value) -> {
            if (!left.contains(pair) && !away.contains(pair.from()) && !away.contains(pair.to())) {
              links.add(new Link(pair.from(), pair.to(), value, SourcePosition.UNKNOWN));
            }
          });
      return new Experiment(
          base.name(),
          base.services(),
          base.bridges(),
          links,
          List.of(),
          base.settings(),
          List.of());
    }
  }

  private static LinkChange change(RandomExperiments random) {
    LinkProperties values = random.properties();
    return new LinkChange(
        random.chance(0.6) ? OptionalLong.of(values.latencyNanos()) : OptionalLong.empty(),
        random.chance(0.3) ? Optional.of(values.jitter()) : Optional.empty(),
        random.chance(0.3) ? OptionalDouble.of(values.lossProbability()) : OptionalDouble.empty(),
        random.chance(0.5) ? OptionalLong.of(values.rateBitsPerSecond()) : OptionalLong.empty(),
        Optional.empty());
  }

  private static Action action(
      RandomExperiments random, State state, List<Pair> pairs, List<String> bridges) {
    List<Pair> existing = List.copyOf(state.properties.keySet());
    Pair some = existing.get(random.random().nextInt(existing.size()));
    Pair any = pairs.get(random.random().nextInt(pairs.size()));
    String bridge = bridges.get(random.random().nextInt(bridges.size()));
    return switch (random.random().nextInt(7)) {
      case 0 -> new Action.BridgeLeave(bridge);
      case 1 -> new Action.BridgeJoin(bridge);
      case 2 -> new Action.LinkLeave(some.from(), some.to());
      case 3, 4 -> new Action.LinkJoin(any.from(), any.to(), change(random));
      default -> new Action.LinkSet(some.from(), some.to(), change(random));
    };
  }

  @Test
  void shouldHoldInEveryEpochWhatItsEventsAddUpTo() throws Exception {
    long seed = new SplittableRandom().nextLong();
    for (int i = 0; i < TIMELINES; i++) {
      check(seed + i);
    }
  }

  private static void check(long seed) throws CompileException {
    RandomExperiments random = new RandomExperiments(seed);
    ExperimentBuilder builder = new ExperimentBuilder().routing(random.routing());
    RandomExperiments.Elements elements = random.nodes(builder);
    List<Pair> pairs = random.pairs(elements);
    State state = new State();
    for (Pair pair : pairs) {
      if (state.properties.isEmpty() || random.chance(0.8)) {
        LinkProperties properties = random.properties();
        builder.oneWay(pair.from(), pair.to(), properties);
        state.properties.put(pair, properties);
      }
    }
    List<Experiment> expected = new ArrayList<>();
    for (int second = 0; second < INSTANTS; second++) {
      int events = random.random().nextInt(second == 0 ? 0 : 1, 4);
      for (int k = 0; k < events; k++) {
        Action action = action(random, state, pairs, elements.bridges());
        state.apply(action);
        builder.at(second, action);
      }
      expected.add(state.asExperiment(builder.build()));
    }
    CompiledExperiment compiled = builder.compile();
    for (int second = 0; second < INSTANTS; second++) {
      String what = "seed " + seed + " at " + second + " s";
      Paths paths = compiled.pathsAt(second * ExperimentBuilder.SECOND);
      PathPropertiesTest.shouldEqualReference(what, compiled, paths, expected.get(second));
      CompiledExperiment scratch = ExperimentCompiler.compile(expected.get(second), 1);
      assertThat(new View(compiled, paths).dump())
          .as(what)
          .isEqualTo(new View(scratch, scratch.pathsAt(0)).dump());
      assertThat(rates(compiled, paths))
          .as(what)
          .containsExactlyInAnyOrderElementsOf(rates(scratch, scratch.pathsAt(0)));
    }
  }

  private static List<String> rates(CompiledExperiment compiled, Paths paths) {
    List<String> result = new ArrayList<>();
    for (int link = 0; link < paths.linkCount(); link++) {
      long rate = paths.linkRateBitsPerSecond(link);
      if (rate > 0) {
        result.add(compiled.network().linkName(link) + " " + rate);
      }
    }
    return result;
  }
}
