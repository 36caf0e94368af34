package io.kollaps.node.control.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.simulate.world.Story;
import io.kollaps.cluster.simulate.world.Trace;
import io.kollaps.cluster.simulate.world.World;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole clusters that run experiments. Longer: {@code -Dkollaps.simulate.runs=20000}, from another
 * seed: {@code -Dkollaps.simulate.first=1000000}. A failing seed is printed with the end of its
 * trace; it fails the same way each time.
 */
class RunSimulationTest {
  private static final long SEEDS = Long.getLong("kollaps.simulate.runs", 200);
  private static final long FIRST = Long.getLong("kollaps.simulate.first", 1);
  private static final int LINES = 200;

  @ParameterizedTest
  @CsvSource({"CHAOS,70", "ONE_NODE_LOST,15", "LEADERS_LOST,15"})
  void shouldHoldWhateverHappens(RunStory.Kind kind, long percent) {
    List<String> failures = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + SEEDS * percent / 100 && failures.size() < 3; seed++) {
      Story.play(RunStory.of(kind, Sabotage.NONE), seed)
          .failure()
          .ifPresent(failure -> failures.add(failure.report(LINES)));
    }
    assertThat(failures).isEmpty();
  }

  /** A fault that is put in is found, or the simulation is worth nothing. */
  @ParameterizedTest
  @CsvSource({
    "KEEP_RESERVATIONS,CHAOS,20",
    "KEEP_PARTS,CHAOS,20",
    "START_LATE,CHAOS,20",
    "WRITE_NOTHING,CHAOS,20",
    "OBEY_ANYBODY,LEADERS_LOST,100",
    "BELIEVE_OLD_REPORTS,LEADERS_LOST,100"
  })
  void shouldFindFaults(Sabotage sabotage, RunStory.Kind kind, int mostSeeds) {
    long seed = 1;
    while (seed <= mostSeeds && Story.play(RunStory.of(kind, sabotage), seed).failure().isEmpty()) {
      seed++;
    }
    assertThat(seed).as("seeds until %s was found", sabotage).isLessThanOrEqualTo(mostSeeds);
  }

  @Test
  void shouldGoTheSameWayEachTime() {
    Story story = RunStory.of(RunStory.Kind.CHAOS, Sabotage.NONE);
    assertThat(Story.play(story, 4711)).isEqualTo(Story.play(story, 4711));
    assertThat(Story.play(story, 4711).digest()).isNotEqualTo(Story.play(story, 4712).digest());
  }

  /** Stories in which nothing runs would hold every invariant. */
  @Test
  void shouldTellOfEverything() {
    RunStory.Tally tally = new RunStory.Tally(0, 0, 0, 0, 0, 0);
    for (long seed = 1; seed <= 20; seed++) {
      tally = tally.plus(RunStory.tally(RunStory.Kind.CHAOS, new World(seed, Trace.digestOnly())));
    }
    assertThat(tally.finished()).isGreaterThan(10);
    assertThat(tally.aborted()).isGreaterThan(20);
    assertThat(tally.refusals()).isGreaterThan(20);
    assertThat(tally.attempts()).isGreaterThan(20);
    assertThat(tally.parts()).isGreaterThan(2 * tally.attempts());
  }
}
