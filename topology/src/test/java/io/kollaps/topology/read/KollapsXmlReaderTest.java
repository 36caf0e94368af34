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
import io.kollaps.topology.TimelineEvent;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KollapsXmlReaderTest {
  private static final long MS = 1_000_000L;
  private static final long S = 1_000_000_000L;

  /** The shape of the original's dumbbell: a supervisor, two-way links, joins with an amount. */
  static final String DUMBBELL =
      """
      <?xml version="1.0" encoding="UTF-8" ?>
      <experiment boot="boot:2.0">
        <services>
          <service name="board" image="board:1.0" supervisor="true" port="8088"/>
          <service name="left" image="client:1.0" command="['right','1']"/>
          <service name="right" image="server:1.0" share="false"/>
        </services>
        <bridges><bridge name="b1"/><bridge name="b2"/></bridges>
        <links>
          <link origin="left" dest="b1" latency="10" upload="100Mbps" download="20Mbps"
                jitter="0.3" drop="0.01" network="net"/>
          <link origin="b1" dest="b2" latency="2.5" upload="50Mbps" download="50Mbps" network="net"/>
          <link origin="b2" dest="right" latency="5" upload="1Gbps" download="1Gbps" network="net"/>
        </links>
        <dynamic>
          <schedule name="left" time="0.0" action="join"/>
          <schedule name="right" time="0.0" action="join" amount="3"/>
          <schedule name="left" time="120.0" action="crash"/>
          <schedule name="right" time="120.0" action="leave" amount="3"/>
        </dynamic>
      </experiment>
      """;

  /** Every form of an event, not in time order. */
  static final String EVENTS =
      """
      <experiment boot="boot:2.0">
        <config><property shortest_path="latency"/><property pool_period="0.05"/><property max_age="2"/></config>
        <services>
          <service name="a" image="i"/>
          <service name="c" image="i" activepaths="['a']"/>
        </services>
        <bridges><bridge name="s"/></bridges>
        <links>
          <link origin="a" dest="s" latency="1" upload="10Mbps" download="10Mbps" network="n"/>
          <link origin="s" dest="c" latency="1" upload="10Mbps" network="n"/>
          <link origin="c" dest="s" latency="1" upload="10Mbps" network="n"/>
        </links>
        <dynamic>
          <schedule origin="a" dest="s" time="9" action="leave"/>
          <schedule name="a" time="0" action="join"/>
          <schedule name="c" time="0" action="join" amount="2"/>
          <schedule name="c" time="1.5" action="disconnect"/>
          <schedule name="c" time="2" action="reconnect"/>
          <schedule name="s" time="3" action="leave"/>
          <schedule name="s" time="4" action="join"/>
          <schedule origin="a" dest="s" time="5" latency="10" upload="5Mbps" download="100Mbps"/>
          <schedule origin="s" dest="c" time="6" action="leave"/>
          <schedule origin="s" dest="c" time="7" action="join"/>
          <schedule origin="a" dest="c" time="8" action="join" upload="1Mbps" latency="3"/>
          <schedule origin="s" dest="c" time="8" upload="2Mbps" download="3Mbps"/>
          <schedule name="c" time="10" action="crash"/>
        </dynamic>
      </experiment>
      """;

  private static Map<String, Service> services(Experiment experiment) {
    return experiment.services().stream()
        .collect(Collectors.toMap(Service::name, Function.identity()));
  }

  private static LinkProperties properties(Experiment experiment, String from, String to) {
    return experiment.links().stream()
        .filter(l -> l.from().equals(from) && l.to().equals(to))
        .map(Link::properties)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldReadTheOriginalsDialect() {
    Experiment experiment = Reading.valid(DUMBBELL);
    assertThat(experiment.services()).extracting(Service::name).containsExactly("left", "right");
    Service right = services(experiment).get("right");
    assertThat(right.replicas()).isEqualTo(3);
    assertThat(right.joinsAtStart()).isFalse();
    assertThat(services(experiment).get("left").program())
        .isEqualTo(new Program.Image("client:1.0", List.of("right", "1")));
    assertThat(experiment.links()).hasSize(6);
    Jitter jitter = new Jitter(300_000, Jitter.Distribution.NORMAL, false);
    assertThat(properties(experiment, "left", "b1"))
        .isEqualTo(
            new LinkProperties(10 * MS, jitter, 0.01, 100_000_000, Framing.IP, QueueLimit.DEFAULT));
    assertThat(properties(experiment, "b1", "left"))
        .isEqualTo(
            new LinkProperties(10 * MS, jitter, 0.01, 20_000_000, Framing.IP, QueueLimit.DEFAULT));
    assertThat(properties(experiment, "b2", "b1").latencyNanos()).isEqualTo(2_500_000);
    assertThat(experiment.timeline().getLast().action())
        .isEqualTo(new Action.Leave("right", new Selection.Amount(3)));
    assertThat(Reading.shown(experiment.notices()))
        .singleElement()
        .asString()
        .startsWith("4:5 ")
        .contains("not needed");
  }

  @Test
  void shouldReadTheThesisDialect() {
    Experiment experiment =
        Reading.valid(
            """
            <experiment boot="k:1.0">
              <services>
                <service kind="container" ip="192.168.7.1" name="a" image="i:1" command="/bin/sh -c 'x y'"/>
                <service kind="baremetal" ip="192.168.7.2" name="b" script="/opt/start.sh -v"/>
              </services>
              <links><link origin="a" dest="b" bandwidth="1.5Mbps"/></links>
            </experiment>
            """);
    assertThat(services(experiment).get("a").addresses()).containsExactly("192.168.7.1");
    assertThat(services(experiment).get("a").program())
        .isEqualTo(new Program.Image("i:1", List.of("/bin/sh", "-c", "x y")));
    assertThat(services(experiment).get("b").program())
        .isEqualTo(new Program.Command(List.of("sh", "-c", "/opt/start.sh -v")));
    assertThat(services(experiment).get("a").joinsAtStart()).isTrue();
    LinkProperties expected =
        new LinkProperties(0, Jitter.NONE, 0, 1_500_000, Framing.IP, QueueLimit.DEFAULT);
    assertThat(properties(experiment, "a", "b")).isEqualTo(expected);
    assertThat(properties(experiment, "b", "a")).isEqualTo(expected);
  }

  @Test
  void shouldReadOneWayLinksWithoutBridges() {
    Experiment experiment =
        Reading.valid(
            """
            <experiment>
              <services><service name="a" image="i"/><service name="b" image="i"/></services>
              <links>
                <link origin="a" dest="b" latency="14" drop="0" upload="512Kbps" network="n"/>
                <link origin="b" dest="a" latency="7" drop="0" upload="8000bps" network="n"/>
              </links>
            </experiment>
            """);
    assertThat(experiment.links()).hasSize(2);
    assertThat(properties(experiment, "a", "b").rateBitsPerSecond()).isEqualTo(512_000);
    assertThat(properties(experiment, "b", "a").rateBitsPerSecond()).isEqualTo(8_000);
    assertThat(properties(experiment, "b", "a").latencyNanos()).isEqualTo(7 * MS);
  }

  @Test
  void shouldReadEveryFormOfAnEventInTimeOrder() {
    Experiment experiment = Reading.valid(EVENTS);
    assertThat(experiment.settings().routing()).isEqualTo(Settings.Routing.LATENCY);
    assertThat(experiment.settings().periodNanos()).isEqualTo(50 * MS);
    assertThat(services(experiment).get("c").activePaths()).containsExactly("a");
    assertThat(services(experiment).get("c").replicas()).isEqualTo(2);
    List<TimelineEvent> timeline = experiment.timeline();
    assertThat(timeline).extracting(TimelineEvent::atNanos).isSorted();
    assertThat(timeline.stream().filter(e -> e.atNanos() < 5 * S).map(TimelineEvent::action))
        .containsExactly(
            new Action.Join("a", new Selection.Amount(1)),
            new Action.Join("c", new Selection.Amount(2)),
            new Action.Disconnect("c", new Selection.Amount(1)),
            new Action.Reconnect("c", new Selection.Amount(1)),
            new Action.BridgeLeave("s"),
            new Action.BridgeJoin("s"));
    List<Action.LinkSet> sets =
        timeline.stream()
            .map(TimelineEvent::action)
            .filter(Action.LinkSet.class::isInstance)
            .map(Action.LinkSet.class::cast)
            .toList();
    assertThat(sets.stream().map(s -> s.from() + s.to())).containsExactly("as", "sa", "sc", "cs");
    assertThat(sets.get(0).change().rateBitsPerSecond()).hasValue(5_000_000);
    assertThat(sets.get(1).change().rateBitsPerSecond()).hasValue(100_000_000);
    assertThat(sets.get(1).change().latencyNanos()).hasValue(10 * MS);
    assertThat(sets.get(3).change().rateBitsPerSecond()).hasValue(3_000_000);
    assertThat(timeline.stream().filter(e -> e.atNanos() == 6 * S).map(TimelineEvent::action))
        .containsExactly(new Action.LinkLeave("s", "c"));
    assertThat(timeline.stream().filter(e -> e.atNanos() == 9 * S).map(TimelineEvent::action))
        .containsExactly(new Action.LinkLeave("a", "s"), new Action.LinkLeave("s", "a"));
    assertThat(
            timeline.stream()
                .map(TimelineEvent::action)
                .filter(a -> a instanceof Action.LinkJoin join && join.from().equals("a")))
        .singleElement()
        .satisfies(
            a ->
                assertThat(((Action.LinkJoin) a).change().rateBitsPerSecond()).hasValue(1_000_000));
  }

  @ParameterizedTest
  @CsvSource({"true, 3", "false, 5"})
  void shouldCountReplicasByJoins(boolean reuse, int replicas) {
    Experiment experiment =
        Reading.valid(
            """
            <experiment><services><service name="a" image="i" replicas="9" reuse="%s"/></services>
            <dynamic>
              <schedule name="a" time="20" action="join" amount="2"/>
              <schedule name="a" time="10" action="crash" amount="2"/>
              <schedule name="a" time="0" action="join" amount="3"/>
            </dynamic></experiment>
            """
                .formatted(reuse));
    assertThat(experiment.services().getFirst().replicas()).isEqualTo(replicas);
    List<Action> joins =
        experiment.timeline().stream()
            .map(TimelineEvent::action)
            .filter(Action.Join.class::isInstance)
            .toList();
    assertThat(joins.getLast())
        .isEqualTo(
            new Action.Join("a", reuse ? new Selection.Amount(2) : new Selection.Replica(5)));
  }

  @Test
  void shouldNeverStartAServiceWithoutJoinWhenThereIsADynamicSection() {
    Experiment experiment =
        Reading.valid(
            """
            <experiment><services>
              <service name="a" image="i" replicas="2" share="true"/><service name="b" image="i"/></services>
            <links><link origin="a" dest="b" upload="1Mbps"/></links>
            <dynamic><schedule name="b" time="0" action="join"/></dynamic></experiment>
            """);
    Service a = services(experiment).get("a");
    assertThat(a.replicas()).isEqualTo(2);
    assertThat(a.sharesLink()).isTrue();
    assertThat(a.joinsAtStart()).isFalse();
    assertThat(Reading.shown(experiment.notices()))
        .singleElement()
        .asString()
        .startsWith("2:3 ")
        .contains("a never starts");
  }

  @Test
  void shouldLeaveOutWhatNamesASupervisor() {
    Experiment experiment =
        Reading.valid(
            """
            <experiment><services>
              <service name="board" image="i" supervisor="true"/><service name="a" image="i"/></services>
            <links><link origin="a" dest="board" upload="1Mbps"/></links>
            <dynamic><schedule name="a" time="0" action="join"/>
            <schedule name="board" time="0" action="join"/></dynamic></experiment>
            """);
    assertThat(experiment.services()).hasSize(1);
    assertThat(experiment.links()).isEmpty();
    assertThat(experiment.timeline()).hasSize(1);
    assertThat(experiment.notices()).extracting(n -> n.position().line()).containsExactly(2, 3, 5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "<link origin='a' dest='b' upload='10'/> # 6:27 upload: '10' is not a rate",
        "<link origin='a' dest='b' upload='0Mbps'/> # lets nothing through",
        "<link origin='a' dest='b'/> # 6:1 the link has no rate",
        "<link origin='a' dest='b' download='1Mbps'/> # no rate",
        "<link origin='a' dest='b' bandwidth='1Mbps' upload='1Mbps'/> # beside upload",
        "<link origin='a' dest='a' upload='1Mbps'/> # to itself",
        "<link origin='a' dest='x' upload='1Mbps'/> # no service or bridge 'x'",
        "<link origin='a' upload='1Mbps'/> # no attribute 'dest'",
        "<link origin='a' dest='s' upload='1Mbps'/> # already declared in line 5",
        "<link origin='a' dest='b' upload='1Mbps' latency='-1'/> # negative",
        "<link origin='a' dest='b' upload='1Mbps' latency='NaN'/> # not a number of ms",
        "<link origin='a' dest='b' upload='1Mbps' latency='1e99'/> # too large",
        "<link origin='a' dest='b' upload='1Mbps' drop='10'/> # not between 0 and 1",
        "<link origin='a' dest='b' upload='1Mbps' jiter='1'/> # write 'jitter'",
        "<bridge name='x'/> # write <link",
      })
  void shouldPointAtAWrongLink(String link, String expected) {
    assertOneProblem(link, "", "", expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "<schedule name='a' time='1' action='join' amount='-1'/> # whole number",
        "<schedule name='b' time='1' action='leave' amount='2'/> # at that time 1 is running",
        "<schedule name='b' time='1' action='disconnect' amount='2'/> # 1 is running and connected",
        "<schedule name='b' time='1' action='reconnect'/> # 0 are disconnected",
        "<schedule name='x' time='1' action='join'/> # no service or bridge 'x'",
        "<schedule name='b' action='leave'/> # no attribute 'time'",
        "<schedule name='b' time='-1' action='leave'/> # negative",
        "<schedule name='b' time='1'/> # no attribute 'action'",
        "<schedule name='b' time='1' action='leav'/> # write 'leave'",
        "<schedule name='s' time='1' action='crash'/> # a bridge cannot",
        "<schedule time='1' action='leave'/> # about nothing",
        "<schedule name='b' origin='a' dest='s' time='1' action='leave'/> # a name and an origin",
        "<schedule origin='b' dest='s' time='1' action='leave'/> # no link b -> s",
        "<schedule origin='b' dest='s' time='1' action='join'/> # has no rate",
        "<schedule origin='a' dest='s' time='1'/> # changes nothing",
        "<schedule origin='a' dest='s' time='1' action='crash'/> # a link cannot",
      })
  void shouldPointAtAWrongEvent(String event, String expected) {
    assertOneProblem("", event, "", expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "<service image='i'/> # no attribute 'name'",
        "<service name='c'/> # no attribute 'image'",
        "<service name='a' image='i'/> # already declared in line 2",
        "<service name='s' image='i'/> # already declared in line 2",
        "<service name='c c' image='i'/> # cannot be a name",
        "<service name='c' image='i' replicas='-2'/> # whole number",
        "<service name='c' image='i' share='perhaps'/> # true or false",
        "<service name='c' image='i' activepaths='[x]'/> # no service 'x'",
        "<service name='c' image='i' activepaths='[a'/> # no ']'",
        "<service name='c' image='i' kind='vm'/> # container or baremetal",
        "<service name='c' kind='baremetal'/> # no script",
        "<service name='c' image='i' ip='host'/> # not an IP address",
      })
  void shouldPointAtAWrongService(String service, String expected) {
    assertOneProblem("", "", service, expected);
  }

  private static void assertOneProblem(String link, String event, String service, String expected) {
    String text =
        """
        <experiment><services>
        <service name="a" image="i"/><service name="b" image="i"/>%s</services>
        <bridges><bridge name="s"/></bridges>
        <links>
        <link origin="a" dest="s" upload="1Mbps" download="1Mbps"/>
        %s
        </links><dynamic>
        <schedule name="a" time="0" action="join"/><schedule name="b" time="0" action="join"/>
        %s
        </dynamic></experiment>
        """
            .formatted(service, link, event);
    List<String> problems = Reading.shown(Reading.problems(text));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).contains(expected).matches("[2-9]:.*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<experiment/>",
        "<experiment><services/></experiment>",
        "<topology/>",
        "<experiment><services><service name='a' image='i'/></services><servces/></experiment>",
        "<experiment><services><service name='a' image='i'/></services><services/></experiment>",
        "<experiment><services><service name='a' image='i'/></services>",
        "<experiment><services>text<service name='a' image='i'/></services></experiment>",
        "<experiment><services><service name='a' image='i' name='b'/></services></experiment>",
        "<experiment><config><p shortest_path='x'/></config><services><service name='a' image='i'/></services></experiment>",
        "<experiment><config><p pool_period='99'/></config><services><service name='a' image='i'/></services></experiment>",
        " <?xml version='1.0'?><experiment/>",
      })
  void shouldRefuse(String text) {
    assertThat(Reading.problems(text))
        .hasSize(1)
        .allSatisfy(p -> assertThat(p.position().line()).isEqualTo(1));
  }

  @Test
  void shouldFindAttributesOfTagsOverSeveralLinesInLargeFiles() {
    StringBuilder text =
        new StringBuilder("<experiment><services><service name='a' image='i'/>\r\n");
    for (int i = 0; i < 5_000; i++) {
      text.append("<!-- <x> --><service\r\n  name='s")
          .append(i)
          .append("'\r\n  image = 'i>'/>\r\n");
    }
    text.append("<service\r\n    name='bad name'\r\n    image='i'/></services></experiment>");
    assertThat(Reading.shown(Reading.problems(text.toString())))
        .anySatisfy(p -> assertThat(p).startsWith("15003:5 'bad name' cannot be a name"));
  }
}
