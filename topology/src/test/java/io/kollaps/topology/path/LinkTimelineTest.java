package io.kollaps.topology.path;

import static io.kollaps.topology.path.ExperimentBuilder.latency;
import static io.kollaps.topology.path.ExperimentBuilder.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import org.junit.jupiter.api.Test;

class LinkTimelineTest {
  private static ExperimentBuilder line() {
    return new ExperimentBuilder()
        .services("a", "z")
        .bridges("s", "t")
        .twoWay("a", "s", 1, 100)
        .twoWay("s", "t", 2, 100)
        .twoWay("t", "z", 3, 100);
  }

  @Test
  void shouldKeepBridgeAwayUntilItJoins() throws Exception {
    CompiledExperiment compiled =
        line()
            .at(1, new Action.BridgeLeave("t"))
            .at(2, new Action.LinkSet("s", "t", rate(7)))
            .at(3, new Action.LinkJoin("s", "t", LinkChange.NONE))
            .at(4, new Action.BridgeJoin("t"))
            .compile();

    assertThat(compiled.epochs()).hasSize(3);
    View.at(compiled, 0.5).shouldBe("a", "z", 6, 100, 3);
    View.at(compiled, 3.5).shouldNotReach("a", "z");
    View.at(compiled, 4).shouldBe("a", "z", 6, 7, 3);
  }

  @Test
  void shouldNotBringBackALinkThatLeftItself() throws Exception {
    CompiledExperiment compiled =
        line()
            .at(1, new Action.LinkLeave("s", "t"))
            .at(2, new Action.BridgeLeave("t"))
            .at(3, new Action.BridgeJoin("t"))
            .at(4, new Action.LinkJoin("s", "t", latency(9)))
            .compile();

    View.at(compiled, 3.5).shouldNotReach("a", "z");
    View.at(compiled, 3.5).shouldBe("z", "a", 6, 100, 3);
    View.at(compiled, 4).shouldBe("a", "z", 13, 100, 3);
  }

  @Test
  void shouldMakeALinkThatNeverExisted() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .service("a", 2, true)
            .services("z")
            .bridges("s", "t")
            .twoWay("a", "s", 1, 100)
            .twoWay("s", "t", 2, 100)
            .twoWay("t", "z", 3, 100)
            .at(1, new Action.LinkJoin("a", "z", rate(5)))
            .at(2, new Action.LinkSet("a", "z", latency(8)))
            .at(3, new Action.LinkLeave("a", "z"))
            .compile();

    View.at(compiled, 0).shouldBe("a-2", "z", 6, 100, 3);
    View.at(compiled, 1).shouldBe("a-2", "z", 0, 5, 1);
    View.at(compiled, 2).shouldBe("a-1", "z", 8, 5, 1);
    View.at(compiled, 2).shouldBe("z", "a-1", 6, 100, 3);
    View.at(compiled, 3).shouldBe("a-1", "z", 6, 100, 3);
  }

  @Test
  void shouldMergeOneInstantAndPutEventsAtZeroIntoTheFirstEpoch() throws Exception {
    CompiledExperiment compiled =
        line()
            .at(0, new Action.LinkSet("a", "s", rate(50)))
            .at(1, new Action.LinkLeave("s", "t"), new Action.LinkJoin("s", "t", LinkChange.NONE))
            .at(2, new Action.LinkSet("a", "s", rate(1)), new Action.LinkSet("a", "s", latency(4)))
            .compile();

    assertThat(compiled.epochs()).extracting(Epoch::atNanos).containsExactly(0L, 2_000_000_000L);
    View.at(compiled, 0).shouldBe("a", "z", 6, 50, 3);
    View.at(compiled, 2).shouldBe("a", "z", 9, 1, 3);
  }

  @Test
  void shouldGiveLinkRatesOfTheEpoch() throws Exception {
    CompiledExperiment compiled = line().at(1, new Action.BridgeLeave("s")).compile();

    assertThat(compiled.pathsAt(0).linkRateBitsPerSecond(2)).isEqualTo(100_000_000);
    assertThat(compiled.network().linkName(2)).isEqualTo("s->t");
    assertThat(compiled.pathsAt(1_000_000_000L).linkRateBitsPerSecond(2)).isZero();
  }

  @Test
  void shouldLeaveOutWhatComesAfterTheEnd() throws Exception {
    CompiledExperiment compiled =
        line()
            .duration(10)
            .at(2, new Action.LinkSet("a", "s", rate(1)))
            .at(3, new Action.Stop())
            .at(3, new Action.Leave("a", ExperimentBuilder.ALL))
            .at(4, new Action.LinkSet("a", "s", rate(2)))
            .at(4, new Action.Leave("z", ExperimentBuilder.ALL))
            .compile();

    assertThat(compiled.endNanos()).hasValue(3_000_000_000L);
    assertThat(compiled.epochs()).hasSize(2);
    assertThat(compiled.endpointEvents())
        .extracting(EndpointEvent::atNanos)
        .containsExactly(0L, 0L, 3_000_000_000L);
  }

  @Test
  void shouldEndAfterTheDurationOrNotAtAll() throws Exception {
    assertThat(line().duration(10).compile().endNanos()).hasValue(10_000_000_000L);
    assertThat(line().compile().endNanos()).isEmpty();
  }
}
