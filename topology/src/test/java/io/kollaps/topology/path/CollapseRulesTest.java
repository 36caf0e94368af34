package io.kollaps.topology.path;

import static io.kollaps.topology.path.ExperimentBuilder.MILLI;
import static io.kollaps.topology.path.ExperimentBuilder.properties;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.Settings.Routing;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollapseRulesTest {
  private static final Jitter NORMAL_3 = new Jitter(3 * MILLI, Distribution.NORMAL, false);
  private static final Jitter UNIFORM_4 = new Jitter(4 * MILLI, Distribution.UNIFORM, true);

  private static LinkProperties link(Jitter jitter, double loss, long rate, Framing framing) {
    return new LinkProperties(
        MILLI, jitter, loss, rate, framing, new QueueLimit.Bytes(rate + framing.ordinal()));
  }

  private static CollapsedPath chain(LinkProperties... links) throws CompileException {
    ExperimentBuilder builder = new ExperimentBuilder().services("a", "z");
    String at = "a";
    for (int i = 0; i < links.length; i++) {
      String next = i == links.length - 1 ? "z" : "b" + i;
      if (!next.equals("z")) {
        builder.bridges(next);
      }
      builder.oneWay(at, next, links[i]);
      at = next;
    }
    return View.at(builder.compile(), 0).path("a", "z");
  }

  @Test
  void shouldAddJitterAsIndependentDeviations() throws Exception {
    CollapsedPath path =
        chain(link(NORMAL_3, 0, 10, Framing.IP), link(UNIFORM_4, 0, 10, Framing.IP));

    assertThat(path.jitter()).isEqualTo(new Jitter(5 * MILLI, Distribution.NORMAL, true));
  }

  @Test
  void shouldKeepUniformJitterOfTheOnlyJitteredLink() throws Exception {
    CollapsedPath path =
        chain(link(Jitter.NONE, 0, 10, Framing.IP), link(UNIFORM_4, 0, 10, Framing.IP));

    assertThat(path.jitter()).isEqualTo(UNIFORM_4);
  }

  @Test
  void shouldCombineLossAsIndependentChances() throws Exception {
    CollapsedPath path =
        chain(link(Jitter.NONE, 0.1, 10, Framing.IP), link(Jitter.NONE, 0.2, 10, Framing.IP));

    assertThat(path.lossProbability()).isCloseTo(0.28, within(1e-15));
  }

  @Test
  void shouldGiveTheLossOfASingleLinkExactly() throws Exception {
    CollapsedPath path =
        chain(link(Jitter.NONE, 0, 10, Framing.IP), link(Jitter.NONE, 0.1, 10, Framing.IP));

    assertThat(path.lossProbability()).isEqualTo(0.1);
  }

  @Test
  void shouldTakeFramingAndQueueFromTheFirstOfTheSlowestLinks() throws Exception {
    CollapsedPath path =
        chain(
            link(Jitter.NONE, 0, 20, Framing.IP),
            link(Jitter.NONE, 0, 10, Framing.ETHERNET),
            link(Jitter.NONE, 0, 10, Framing.IP));

    assertThat(path.framing()).isEqualTo(Framing.ETHERNET);
    assertThat(path.queueLimit()).isEqualTo(new QueueLimit.Bytes(11));
    assertThat(path.rateBitsPerSecond()).isEqualTo(10);
  }

  @Test
  void shouldNotOverflowLatency() throws Exception {
    LinkProperties endless =
        new LinkProperties(Long.MAX_VALUE - 1, Jitter.NONE, 0, 10, Framing.IP, QueueLimit.DEFAULT);
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .services("a", "z")
            .bridges("s")
            .oneWay("a", "s", endless)
            .oneWay("s", "z", endless)
            .compile();

    assertThat(View.at(compiled, 0).path("a", "z").latencyNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(compiled.pathsAt(0).roundTripNanos(0, 1)).isEqualTo(Long.MAX_VALUE);
  }

  private static ExperimentBuilder detour() {
    return new ExperimentBuilder()
        .services("a", "z")
        .bridges("s", "t", "u")
        .twoWay("a", "s", 1, 100)
        .twoWay("s", "t", 50, 100)
        .twoWay("s", "u", 1, 100)
        .twoWay("u", "t", 1, 100)
        .twoWay("t", "z", 1, 100);
  }

  @Test
  void shouldPreferFewerHopsOrLessLatencyAsTheSettingsSay() throws Exception {
    View.at(detour().routing(Routing.HOPS).compile(), 0).shouldBe("a", "z", 52, 100, 3);
    View.at(detour().routing(Routing.LATENCY).compile(), 0).shouldBe("a", "z", 4, 100, 4);
  }

  @Test
  void shouldBreakFullTiesByOrderOfDeclaration() throws Exception {
    for (List<String> order : List.of(List.of("x", "y"), List.of("y", "x"))) {
      ExperimentBuilder builder = new ExperimentBuilder().services("a", "z").bridges("s", "t");
      builder.bridges("x", "y").twoWay("a", "s", 1, 100).twoWay("t", "z", 1, 100);
      for (String middle : order) {
        builder.twoWay("s", middle, 1, 100).twoWay(middle, "t", 1, 100);
      }
      assertThat(View.at(builder.compile(), 0).links("a", "z"))
          .containsExactly("a->s", "s->" + order.getFirst(), order.getFirst() + "->t", "t->z");
    }
  }

  @Test
  void shouldNotPassThroughEndpoints() throws Exception {
    View view =
        View.at(
            new ExperimentBuilder()
                .services("a", "m", "z")
                .bridges("s", "t")
                .twoWay("a", "s", 1, 100)
                .twoWay("s", "m", 1, 100)
                .twoWay("m", "t", 1, 100)
                .twoWay("t", "z", 1, 100)
                .compile(),
            0);

    view.shouldBe("a", "m", 2, 100, 2);
    view.shouldBe("m", "z", 2, 100, 2);
    view.shouldNotReach("a", "z");
  }

  @Test
  void shouldLetReplicasShareOneLinkOnRequest() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .services("client")
            .service("server", 3, true, true, List.of(), List.of())
            .bridges("s")
            .twoWay("client", "s", 1, 100)
            .oneWay("s", "server", properties(4, 20))
            .oneWay("server", "s", properties(6, 30))
            .compile();
    View view = View.at(compiled, 0);

    view.shouldBe("client", "server-2", 5, 20, 3);
    view.shouldBe("server-3", "client", 7, 30, 3);
    assertThat(view.links("client", "server-2"))
        .containsExactly("client->s", "s->server~share", "server~share->server-2");
    assertThat(compiled.pathsAt(0).links(0, 1)[1]).isEqualTo(compiled.pathsAt(0).links(0, 3)[1]);
    assertThat(view.path("server-1", "server-2").rateBitsPerSecond())
        .isEqualTo(LinkProperties.UNLIMITED_RATE);
  }

  @Test
  void shouldGiveReplicasLinksOfTheirOwnWithoutSharing() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .service("client", 2, true)
            .service("server", 2, true)
            .twoWay("client", "server", 1, 100)
            .compile();

    assertThat(compiled.network().linkCount()).isEqualTo(8);
    assertThat(View.at(compiled, 0).links("client-2", "server-1"))
        .containsExactly("client-2->server-1");
    View.at(compiled, 0).shouldNotReach("client-1", "client-2");
  }

  @Test
  void shouldKeepOnlyActivePathsInBothDirections() throws Exception {
    View view =
        View.at(
            new ExperimentBuilder()
                .service("a", 2, true, false, List.of(), List.of("b"))
                .services("b", "c", "d")
                .bridges("s")
                .twoWay("a", "s", 1, 100)
                .twoWay("b", "s", 1, 100)
                .twoWay("c", "s", 1, 100)
                .twoWay("d", "s", 1, 100)
                .compile(),
            0);

    view.shouldBe("a-1", "b", 2, 100, 2);
    view.shouldBe("b", "a-2", 2, 100, 2);
    view.shouldBe("c", "d", 2, 100, 2);
    view.shouldBe("b", "c", 2, 100, 2);
    view.shouldNotReach("a-1", "c");
    view.shouldNotReach("d", "a-2");
    view.shouldNotReach("a-1", "a-2");
  }
}
