package io.kollaps.topology.path;

import static io.kollaps.topology.path.ExperimentBuilder.ALL;
import static io.kollaps.topology.path.ExperimentBuilder.MILLI;
import static io.kollaps.topology.path.ExperimentBuilder.amount;
import static io.kollaps.topology.path.ExperimentBuilder.latency;
import static io.kollaps.topology.path.ExperimentBuilder.properties;
import static io.kollaps.topology.path.ExperimentBuilder.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Action;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks of the original's example files; expected values were added up by hand. */
class KollapsFilesTest {

  private static ExperimentBuilder dumbbell() {
    return new ExperimentBuilder()
        .joiningServices("client1", "client2", "client3")
        .service("server", 3, false)
        .bridges("s1", "s2")
        .twoWay("client1", "s1", 10, 100)
        .twoWay("client2", "s1", 5, 100)
        .twoWay("client3", "s1", 5, 10)
        .twoWay("s1", "s2", 10, 50)
        .twoWay("s2", "server", 5, 100);
  }

  @Test
  void shouldCollapseDumbbell() throws Exception {
    CompiledExperiment compiled =
        dumbbell()
            .at(
                0,
                new Action.Join("client1", ALL),
                new Action.Join("client2", ALL),
                new Action.Join("client3", ALL),
                new Action.Join("server", amount(3)))
            .at(120, new Action.Crash("client1", ALL), new Action.Leave("server", amount(3)))
            .compile();

    assertThat(compiled.endpoints())
        .extracting(Endpoint::name)
        .containsExactly("client1", "client2", "client3", "server-1", "server-2", "server-3");
    assertThat(compiled.epochs()).hasSize(1);
    View view = View.at(compiled, 0);
    for (String server : List.of("server-1", "server-2", "server-3")) {
      view.shouldBe("client1", server, 25, 50, 3);
      view.shouldBe("client2", server, 20, 50, 3);
      view.shouldBe("client3", server, 20, 10, 3);
      view.shouldBe(server, "client1", 25, 50, 3);
    }
    view.shouldBe("client1", "client2", 15, 100, 2);
    view.shouldBe("client2", "client3", 10, 10, 2);
    view.shouldBe("server-1", "server-3", 10, 100, 2);
    assertThat(view.links("client1", "server-2"))
        .containsExactly("client1->s1", "s1->s2", "s2->server-2");
    assertThat(view.links("server-1", "server-3")).containsExactly("server-1->s2", "s2->server-3");
    assertThat(view.roundTripMillis("client1", "server-1")).isEqualTo(50);
    assertThat(view.roundTripMillis("client2", "client3")).isEqualTo(20);
    assertThat(
            compiled.endpointEvents().stream()
                .map(e -> e.atNanos() / MILLI + " " + e.kind() + " " + e.endpoint()))
        .containsExactly(
            "0 JOIN 0",
            "0 JOIN 1",
            "0 JOIN 2",
            "0 JOIN 3",
            "0 JOIN 4",
            "0 JOIN 5",
            "120000 CRASH 0",
            "120000 LEAVE 3",
            "120000 LEAVE 4",
            "120000 LEAVE 5");
  }

  @Test
  void shouldCollapseDynamicAtSeveralTimes() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .services("client1", "client2", "client3")
            .service("server", 3, true)
            .bridges("s1", "s2")
            .twoWay("client1", "s1", 10, 100)
            .twoWay("client2", "s1", 10, 100)
            .twoWay("client3", "s1", 10, 100)
            .twoWay("s1", "s2", 10, 60)
            .twoWay("s2", "server", 5, 100)
            .at(5, new Action.LinkSet("client1", "s1", rate(5)))
            .at(15, new Action.LinkSet("client2", "s1", rate(5)))
            .at(25, new Action.LinkSet("client3", "s1", rate(5)))
            .at(
                35,
                new Action.LinkSet("s1", "s2", rate(5)),
                new Action.LinkSet("s2", "s1", rate(5)))
            .at(45, new Action.LinkLeave("client3", "s1"), new Action.LinkLeave("s1", "client3"))
            .at(60, new Action.Crash("client1", ALL))
            .compile();

    assertThat(compiled.epochs().stream().map(epoch -> epoch.atNanos() / MILLI))
        .containsExactly(0L, 5_000L, 15_000L, 25_000L, 35_000L, 45_000L);
    View.at(compiled, 4.999).shouldBe("client1", "server-1", 25, 60, 3);
    View.at(compiled, 5).shouldBe("client1", "server-1", 25, 5, 3);
    View.at(compiled, 5).shouldBe("server-1", "client1", 25, 60, 3);
    View.at(compiled, 5).shouldBe("client2", "server-1", 25, 60, 3);
    View.at(compiled, 20).shouldBe("client2", "client1", 20, 5, 2);
    View.at(compiled, 20).shouldBe("client3", "client1", 20, 100, 2);
    View.at(compiled, 30).shouldBe("client3", "server-2", 25, 5, 3);
    View.at(compiled, 30).shouldBe("server-2", "client3", 25, 60, 3);
    View.at(compiled, 40).shouldBe("server-2", "client3", 25, 5, 3);
    View.at(compiled, 45).shouldNotReach("client3", "server-1");
    View.at(compiled, 45).shouldNotReach("server-1", "client3");
    View.at(compiled, 1_000).shouldBe("client2", "server-3", 25, 5, 3);
  }

  @Test
  void shouldCollapseLinkBetweenEndpoints() throws Exception {
    LinkProperties link =
        new LinkProperties(
            MILLI,
            new Jitter(300_000, Jitter.Distribution.NORMAL, false),
            0,
            10_000_000,
            Framing.IP,
            QueueLimit.DEFAULT);
    View view =
        View.at(
            new ExperimentBuilder()
                .services("client1", "server")
                .oneWay("client1", "server", link)
                .oneWay("server", "client1", link)
                .compile(),
            0);

    view.shouldBe("client1", "server", 1, 10, 1);
    view.shouldBe("server", "client1", 1, 10, 1);
    assertThat(view.path("client1", "server").jitter()).isEqualTo(link.jitter());
    assertThat(view.links("client1", "server")).containsExactly("client1->server");
    assertThat(view.roundTripMillis("client1", "server")).isEqualTo(2);
  }

  @Test
  void shouldCollapseMemcached() throws Exception {
    View view =
        View.at(
            new ExperimentBuilder()
                .services("client1", "client2", "server")
                .bridges("s1", "s2")
                .twoWay("client1", "s1", 10, 100)
                .twoWay("client2", "s1", 5, 100)
                .twoWay("s1", "s2", 10, 50)
                .twoWay("s2", "server", 5, 100)
                .compile(),
            0);

    view.shouldBe("client1", "server", 25, 50, 3);
    view.shouldBe("client2", "server", 20, 50, 3);
    view.shouldBe("server", "client2", 20, 50, 3);
    view.shouldBe("client1", "client2", 15, 100, 2);
    assertThat(view.roundTripMillis("server", "client1")).isEqualTo(50);
  }

  @Test
  void shouldCollapsePingOverOneWayLinks() throws Exception {
    View view =
        View.at(
            new ExperimentBuilder()
                .services("n1", "n2")
                .bridges("b1")
                .oneWay("n1", "b1", 14, 100)
                .oneWay("b1", "n2", 14, 100)
                .oneWay("n2", "b1", 14, 100)
                .oneWay("b1", "n1", 14, 100)
                .compile(),
            0);

    view.shouldBe("n1", "n2", 28, 100, 2);
    view.shouldBe("n2", "n1", 28, 100, 2);
    assertThat(view.roundTripMillis("n1", "n2")).isEqualTo(56);
    assertThat(view.links("n2", "n1")).containsExactly("n2->b1", "b1->n1");
  }

  @Test
  void shouldCollapseThreeClients() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .service("c1", 1, false, false, List.of("192.168.100.100"), List.of())
            .service("c2", 1, false, false, List.of("192.168.100.101"), List.of())
            .service("c3", 1, false, false, List.of("192.168.100.102"), List.of())
            .bridges("s1", "s2")
            .twoWay("c1", "s1", 5, 100)
            .twoWay("c2", "s1", 5, 50)
            .twoWay("s1", "s2", 0, 100)
            .twoWay("s2", "c3", 0, 100)
            .compile();
    View view = View.at(compiled, 0);

    view.shouldBe("c1", "c3", 5, 100, 3);
    view.shouldBe("c2", "c3", 5, 50, 3);
    view.shouldBe("c1", "c2", 10, 50, 2);
    assertThat(view.roundTripMillis("c1", "c3")).isEqualTo(10);
    assertThat(compiled.endpoints())
        .extracting(endpoint -> endpoint.address().getHostAddress())
        .containsExactly("192.168.100.100", "192.168.100.101", "192.168.100.102");
  }

  @Test
  void shouldTakeTwiceTheLatencyWhenThereIsNoWayBack() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder()
            .services("a", "b")
            .bridges("s")
            .oneWay("a", "s", properties(3, 10))
            .oneWay("s", "b", properties(4, 10))
            .at(1, new Action.LinkSet("s", "b", latency(5)))
            .compile();

    assertThat(View.at(compiled, 0).roundTripMillis("a", "b")).isEqualTo(14);
    assertThat(View.at(compiled, 1).roundTripMillis("a", "b")).isEqualTo(16);
    View.at(compiled, 0).shouldNotReach("b", "a");
  }
}
