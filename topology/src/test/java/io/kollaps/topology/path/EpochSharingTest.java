package io.kollaps.topology.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Link;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.generate.ScaleFreeGraph;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EpochSharingTest {
  private static final int ELEMENTS = 1_000;
  private static final int EPOCHS = 1_000;
  private static final Experiment GRAPH = ScaleFreeGraph.generate(ELEMENTS, 7);

  /** Links between bridges: those that can change trees. */
  private static final List<Link> CORE =
      GRAPH.links().stream()
          .filter(link -> link.from().startsWith("s") && link.to().startsWith("s"))
          .toList();

  private static Experiment with(List<Action> actions) {
    List<TimelineEvent> timeline = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      timeline.add(
          new TimelineEvent(
              (i + 1) * ExperimentBuilder.SECOND, actions.get(i), GRAPH.links().get(0).position()));
    }
    return new Experiment(
        GRAPH.name(),
        GRAPH.services(),
        GRAPH.bridges(),
        GRAPH.links(),
        timeline,
        GRAPH.settings(),
        List.of());
  }

  private static CollapsedPaths epoch(CompiledExperiment compiled, int index) {
    return (CollapsedPaths) compiled.epochs().get(index).paths();
  }

  private static int[] roots(CompiledExperiment compiled) {
    return ((NetworkLayout) compiled.network()).roots();
  }

  private static long treesNotShared(CompiledExperiment compiled, int a, int b) {
    return Arrays.stream(roots(compiled))
        .filter(root -> epoch(compiled, a).tree(root) != epoch(compiled, b).tree(root))
        .count();
  }

  @Test
  void shouldShareAllTreesWhenOnlyARateChanges() throws Exception {
    Link link = CORE.getFirst();
    CompiledExperiment compiled =
        ExperimentCompiler.compile(
            with(List.of(new Action.LinkSet(link.from(), link.to(), ExperimentBuilder.rate(1)))),
            1);

    assertThat(compiled.epochs()).hasSize(2);
    assertThat(treesNotShared(compiled, 0, 1)).isZero();
    LinkTable before = epoch(compiled, 0).linkTable();
    assertThat(epoch(compiled, 1).linkTable().chunksNotSharedWith(before)).isEqualTo(1);
  }

  @Test
  void shouldShareTreesThatALeavingLinkDoesNotTouchAndFindThemAgain() throws Exception {
    Link link = CORE.getLast();
    CompiledExperiment compiled =
        ExperimentCompiler.compile(
            with(
                List.of(
                    new Action.LinkLeave(link.from(), link.to()),
                    new Action.LinkJoin(link.from(), link.to(), LinkChange.NONE))),
            1);

    assertThat(treesNotShared(compiled, 0, 1)).isPositive().isLessThan(roots(compiled).length);
    assertThat(treesNotShared(compiled, 0, 2)).isZero();
  }

  @Test
  void shouldHoldAThousandEpochsOfAThousandElementsInLittleMemory() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < EPOCHS; i++) {
      Link link = CORE.get(random.nextInt(CORE.size()));
      // Latency only ever grows to new values, so that no epoch repeats an earlier one.
      actions.add(
          i % 3 == 0
              ? new Action.LinkLeave(link.from(), link.to())
              : new Action.LinkJoin(
                  link.from(), link.to(), ExperimentBuilder.latency(10 + i / 100.0)));
    }
    Experiment experiment = with(actions);
    long before = usedBytesAfterCollection();
    CompiledExperiment compiled = ExperimentCompiler.compile(experiment, 1);
    long grown = usedBytesAfterCollection() - before;

    assertThat(compiled.epochs()).hasSizeGreaterThan(EPOCHS * 9 / 10);
    // One tree for each endpoint and epoch would take 2.6 GB.
    assertThat(grown).as("bytes of %d epochs", compiled.epochs().size()).isLessThan(100_000_000L);
    assertThat(compiled.pathsAt(Long.MAX_VALUE).endpointCount()).isEqualTo(666);
  }

  private static long usedBytesAfterCollection() {
    System.gc();
    MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return usage.getUsed();
  }
}
