package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.Program;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.WaitFor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {
  private static final long MS = 1_000_000L;
  private static final String HEAD =
      """
      services:
        a: { command: sleep 1 }
        b: { command: sleep 1, replicas: 3 }
      bridges: [s]
      links:
        - { from: a, to: s, latency: 5 ms }
        - { from: s, to: b, one_way: true }
      """;

  @Test
  void shouldReadEveryKeyOfAService() {
    Experiment experiment =
        Reading.valid(
            """
            name: full
            subnet: 10.5.0.0/24
            routing: latency
            sharing: equal
            period: 10 ms
            duration: 2 min
            services:
              server: { image: 'img:1', command: [serve, 80, ''] }
              client:
                command: [iperf3, -c, server, -t, 10]
                replicas: 2
                env: { KEY: value, PORT: 8080, EMPTY: "" }
                directory: /tmp
                cpus: 0.5
                memory: 256 MB
                addresses: [10.5.0.5, 192.168.1.1]
                wait_for: [server:5201]
                background: true
                shared_link: true
                paths_to: [server]
                stop_grace: 1.5 s
                start: false
            links:
              - { from: client, to: server }
            timeline: [{ at: 1 s, join: client }]
            """);
    assertThat(experiment.name()).isEqualTo("full");
    assertThat(experiment.settings())
        .isEqualTo(
            new Settings(
                Settings.Routing.LATENCY,
                Settings.SharingWeights.EQUAL,
                10 * MS,
                OptionalLong.of(120_000 * MS),
                "10.5.0.0/24"));
    Service server = experiment.services().get(0);
    assertThat(server.program()).isEqualTo(new Program.Image("img:1", List.of("serve", "80", "")));
    Service client = experiment.services().get(1);
    assertThat(client.program())
        .isEqualTo(new Program.Command(List.of("iperf3", "-c", "server", "-t", "10")));
    assertThat(client.replicas()).isEqualTo(2);
    assertThat(client.environment()).isEqualTo(Map.of("KEY", "value", "PORT", "8080", "EMPTY", ""));
    assertThat(client.directory()).isEqualTo(Optional.of("/tmp"));
    assertThat(client.limits().cpus()).isEqualTo(OptionalDouble.of(0.5));
    assertThat(client.limits().memoryBytes()).isEqualTo(OptionalLong.of(256_000_000));
    assertThat(client.addresses()).containsExactly("10.5.0.5", "192.168.1.1");
    assertThat(client.waitFor()).containsExactly(new WaitFor("server", 5201));
    assertThat(client.background()).isTrue();
    assertThat(client.sharesLink()).isTrue();
    assertThat(client.activePaths()).containsExactly("server");
    assertThat(client.stopGraceNanos()).isEqualTo(1500 * MS);
    assertThat(client.joinsAtStart()).isFalse();
    assertThat(client.position()).isEqualTo(new SourcePosition(9, 3));
  }

  @Test
  void shouldReadPropertiesOfEachDirection() {
    List<Link> links =
        Reading.valid(
                """
                services: { a: { command: x }, b: { command: y } }
                bridges: [s]
                links:
                  - from: a
                    to: s
                    latency: 10 ms
                    loss: 0.1 %
                    up: { rate: 100 Mbit/s }
                    down: { rate: 20 Mbit/s, queue: 200 ms }
                  - { from: s, to: b, one_way: true, rate: 1 Gbit/s, queue: 64 kB,
                      framing: ethernet, jitter: { deviation: 2 ms, distribution: uniform, reorder: true } }
                """)
            .links();
    assertThat(links).extracting(Link::from).containsExactly("a", "s", "s");
    assertThat(links.get(0).properties())
        .isEqualTo(
            new LinkProperties(
                10 * MS, Jitter.NONE, 0.001, 100_000_000, Framing.IP, QueueLimit.DEFAULT));
    assertThat(links.get(1).properties())
        .isEqualTo(
            new LinkProperties(
                10 * MS,
                Jitter.NONE,
                0.001,
                20_000_000,
                Framing.IP,
                new QueueLimit.Time(200 * MS)));
    assertThat(links.get(2).properties())
        .isEqualTo(
            new LinkProperties(
                0,
                new Jitter(2 * MS, Jitter.Distribution.UNIFORM, true),
                0,
                1_000_000_000,
                Framing.ETHERNET,
                new QueueLimit.Bytes(64_000)));
  }

  @Test
  void shouldSortTheTimelineAndFindWhatANameMeans() {
    Experiment experiment =
        Reading.valid(
            HEAD.replace("a: { ", "a: { start: true, ")
                + """
                timeline:
                  - { at: 9 s, stop: true }
                  - { at: 2 s, crash: b, amount: 2 }
                  - { at: 1 s, disconnect: b-2 }
                  - { at: 1 s, leave: [a, s] }
                  - { at: 3 s, join: a }
                  - { at: 4 s, set: a -- s, latency: 7 ms, up: { rate: 5 Mbit/s } }
                  - { at: 5 s, leave: a->s }
                  - { at: 6 s, bridge_join: s }
                """);
    assertThat(experiment.timeline().stream().map(TimelineEvent::action).limit(5))
        .containsExactly(
            new Action.Disconnect("b", new Selection.Replica(2)),
            new Action.Leave("a", new Selection.All()),
            new Action.BridgeLeave("s"),
            new Action.Crash("b", new Selection.Amount(2)),
            new Action.Join("a", new Selection.All()));
    List<Action> rest = experiment.timeline().stream().map(TimelineEvent::action).skip(5).toList();
    Action.LinkSet up = (Action.LinkSet) rest.get(0);
    assertThat(up.from() + up.to()).isEqualTo("as");
    assertThat(up.change().latencyNanos()).hasValue(7 * MS);
    assertThat(up.change().rateBitsPerSecond()).hasValue(5_000_000);
    Action.LinkSet down = (Action.LinkSet) rest.get(1);
    assertThat(down.from() + down.to()).isEqualTo("sa");
    assertThat(down.change().rateBitsPerSecond()).isEmpty();
    assertThat(rest.subList(2, 5))
        .containsExactly(
            new Action.LinkLeave("a", "s"), new Action.BridgeJoin("s"), new Action.Stop());
    assertThat(experiment.services().get(0).joinsAtStart()).isTrue();
    assertThat(experiment.services().get(1).joinsAtStart()).isTrue();
  }

  @Test
  void shouldKeepTheDistributionWhenOnlyTheDeviationChanges() {
    Experiment experiment =
        Reading.valid(
            """
            services: { a: { command: x }, b: { command: y } }
            links:
              - { from: a, to: b, jitter: { deviation: 1 ms, distribution: uniform } }
            timeline: [{ at: 1 s, set: a -> b, jitter: 2 ms }]
            """);
    Action.LinkSet set = (Action.LinkSet) experiment.timeline().getFirst().action();
    assertThat(set.change().jitter())
        .hasValue(new Jitter(2 * MS, Jitter.Distribution.UNIFORM, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "latency: 5 # 5 ms",
        "rate: 100 # 100 Mbit/s",
        "rate: 100 MB/s # Mbit/s",
        "rate: 0 Mbit/s # at least 1 bit/s",
        "rate: 1e30 Mbit/s # for example",
        "queue: 5 # 5 ms",
        "loss: 5 # 5 %",
        "loss: NaN # 0.001",
        "latency: -5 ms # write 5 ms",
        "latency: 2 h # at most 1 h",
        "latency: .inf # 10 ms",
        "framing: ether # ethernet",
        "latencie: 5 ms # write 'latency'",
        "jitter: { distribution: normal } # add 'deviation",
        "one_way: yes # write true",
      })
  void shouldPointAtAWrongLinkPropertyAndSayWhatToWrite(String property, String remedy) {
    List<String> problems =
        Reading.shown(
            Reading.problems(
                "services: { a: { command: x }, b: { command: y } }\n"
                    + "links:\n"
                    + "  - from: a\n"
                    + "    to: b\n"
                    + "    "
                    + property));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).startsWith("5:").contains(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "at: 1 s, join: a # waiting to join",
        "at: 1 s, leave: b, amount: 4 # 3 are running",
        "at: 1 s, reconnect: b # is disconnected",
        "at: 1 s, leave: nobody # no service, endpoint or bridge",
        "at: 1 s, crash: b-4 # no service",
        "at: 1 s, crash: s # cannot crash",
        "at: 1 s, crash: a -- s # cannot crash",
        "at: 1 s, leave: b -> s # the other way",
        "at: 1 s, set: a -- s # changes nothing",
        "at: 1 s, set: a, latency: 1 ms # 'c1 -> s1'",
        "at: 1 s, leave: a -- b # no link",
        "at: 1 s, leave: a, amount: 0 # whole number",
        "at: 1 s, leave: a, join: b # two events",
        "at: 1 s # does nothing",
        "leave: a # 'at' is missing",
        "at: 1, leave: a # write 1 s",
        "at: 1 s, leave: b-1, amount: 1 # no meaning",
        "at: 1 s, leave: a, latency: 1 ms # no meaning",
        "at: 1 s, stop: false # does nothing",
        "at: 1 s, bridge_leave: a # not a bridge",
        "at: 1 s, set: a -> s, down: { latency: 1 ms } # 'a -- s'",
      })
  void shouldPointAtAWrongEvent(String event, String expected) {
    String start = event.contains("join: a") ? HEAD.replace("a: { ", "a: { start: true, ") : HEAD;
    List<String> problems =
        Reading.shown(Reading.problems(start + "timeline:\n  - { " + event + " }\n"));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).startsWith("9:").contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # nothing to run",
        "{ command: [] } # 'command' is empty",
        "{ command: x, replicas: 0 } # whole number",
        "{ command: x, replicas: 46341 } # whole number",
        "{ command: x, replicas: 46340 } # at most 46340",
        "{ command: x, address: example.org } # not looked up",
        "{ command: x, address: 10.1 } # is not an IP address",
        "{ command: x, address: 10.1.1.256 } # is not an IP address",
        "{ command: x, address: 'fd00::1' } # IP version",
        "{ command: x, address: 10.99.0.7 } # already used in line 2",
        "{ command: x, address: 127.0.0.1 } # cannot have",
        "{ command: x, addresses: [10.0.0.1, 10.0.0.2] } # 2 addresses for 1",
        "{ command: x, wait_for: a } # a:5201",
        "{ command: x, wait_for: 'a:70000' } # a:5201",
        "{ command: x, wait_for: 'nobody:1' } # no service",
        "{ command: x, wait_for: 'b:1' } # waits for itself",
        "{ command: x, wait_for: 'a:1' } # nothing of this starts",
        "{ command: x, paths_to: [s] } # no service",
        "{ command: x, env: { 1A: b } } # environment variable",
        "{ command: x, cpus: 0 } # processors",
        "{ command: x, memory: 12 } # 12 kB",
        "{ image: i, command: run } # write a list",
      })
  void shouldPointAtAWrongService(String service, String expected) {
    List<String> problems =
        Reading.shown(
            Reading.problems(
                "services:\n  a: { command: x, address: 10.99.0.7, wait_for: 'b:1' }\n  b: "
                    + service
                    + "\nlinks:\n  - { from: a, to: b }\n"));
    assertThat(problems).anySatisfy(p -> assertThat(p).contains(expected));
    assertThat(problems).allSatisfy(p -> assertThat(p).matches("[1-9].*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "services: { a: { command: x } }\nservices: { b: { command: x } }",
        "services: { a: { command: x } }\nbridges: [a]",
        "services: { a_b: { command: x } }",
        "services: { a: { command: x, replicas: 2 }, a-1: { command: x } }\n"
            + "links: [{from: a, to: a-1}]",
        "services: { a: { command: x }, b: { command: x } }",
        "services: { a: { command: x } }\nlinks: [{from: a, to: a}]",
        "services: { a: { command: x } }\nlinks: [{from: a, to: b}]",
        "services: { a: { command: x }, b: { command: x } }\n"
            + "links: [{from: a, to: b}, {from: b, to: a}]",
        "services: {}",
        "name: x",
        "services: { a: { command: x, wait_for: 'b:1' }, b: x }",
        "services: { a: { command: x } }\nsubnet: 10.99.0.1/16",
        "services: { a: { command: x, replicas: 20 } }\nsubnet: 10.99.0.0/28",
        "services: { a: { command: x } }\nperiod: 1 us",
        "services: { a: { command: x } }\n---\nservices: {}",
        "services: [a]",
        "- a",
        "services: { a: &x { command: x }, b: *x }",
        "services: { a: { <<: { command: x } } }",
        "services: { a: !!map { command: x } }",
        "services: { a: { command: \"x\\0y\" } }",
        "services: { a: { command: x",
        "services: { a: { command: x, replicas: 20000 }, b: { command: x, replicas: 20000 } }\n"
            + "links: [{from: a, to: b}]",
      })
  void shouldRefuse(String text) {
    assertThat(Reading.problems(text))
        .hasSize(1)
        .allSatisfy(p -> assertThat(p.position().line()).isPositive())
        .allSatisfy(p -> assertThat(p.remedy()).isNotBlank());
  }

  @Test
  void shouldReportAllProblemsInFileOrder() {
    List<String> problems =
        Reading.shown(
            Reading.problems(
                """
                services:
                  c1: { comand: x }
                links:
                  - { from: c1, to: swich, latency: 5 }
                bridges: [switch]
                period: 0 ms
                """));
    assertThat(problems)
        .containsExactly(
            "2:3 this service has nothing to run | add 'command: ...' or 'image: ...'",
            "2:9 key 'comand' is not known in a service | write 'command'",
            "4:21 there is no service or bridge 'swich' | write 'switch'",
            "4:37 'latency': '5' has no unit | write 5 ms (units: h, min, s, ms, us, ns, \u00b5s,"
                + " \u03bcs)",
            "6:9 'period' is '0 ms' | write at least 1 ms");
  }

  @Test
  void shouldAllowOneServiceWithoutLinksAndNameTheExperimentAfterItsFile() {
    Experiment experiment = Reading.valid("services: { a: { command: x } }");
    assertThat(experiment.name()).isEqualTo("test-file");
    assertThat(experiment.services().getFirst().program())
        .isEqualTo(new Program.Command(List.of("sh", "-c", "x")));
    assertThat(experiment.notices()).isEmpty();
  }

  @Test
  void shouldNoticeWhatHasNoEffect() {
    Experiment experiment =
        Reading.valid(
            HEAD.replace("b: { ", "b: { start: false, ")
                + "timeline:\n  - { at: 2 s, stop: true }\n  - { at: 3 s, leave: s }\n"
                + "  - { at: 1 s, join: a -- s }\n");
    assertThat(Reading.shown(experiment.notices()))
        .hasSize(4)
        .anySatisfy(n -> assertThat(n).startsWith("3:3").contains("never starts"))
        .anySatisfy(n -> assertThat(n).startsWith("10:").contains("later than the end at 2 s"))
        .anySatisfy(n -> assertThat(n).startsWith("11:").contains("there already"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"three-clients.yaml", "ten-lines.yaml", "link-changes.yaml"})
  void shouldReadTheExamples(String name) throws Exception {
    Path file = Path.of("..", "examples", name);
    ReadResult result = ExperimentReader.read(name, Files.readAllBytes(file));
    assertThat(result).isInstanceOf(ReadResult.Valid.class);
    assertThat(((ReadResult.Valid) result).experiment().notices()).isEmpty();
  }
}
