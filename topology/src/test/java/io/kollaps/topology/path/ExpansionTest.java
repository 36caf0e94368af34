package io.kollaps.topology.path;

import static io.kollaps.topology.path.ExperimentBuilder.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kollaps.topology.Action;
import io.kollaps.topology.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpansionTest {

  private static List<String> addresses(ExperimentBuilder builder) throws CompileException {
    return builder.compile().endpoints().stream()
        .map(endpoint -> endpoint.address().getHostAddress())
        .toList();
  }

  private static List<String> messages(ExperimentBuilder builder) {
    CompileException thrown = catchThrowableOfType(CompileException.class, builder::compile);
    assertThat(thrown).as("compiling should fail").isNotNull();
    assertThat(thrown.problems()).extracting(Problem::remedy).doesNotContain("");
    return thrown.problems().stream().map(Problem::message).toList();
  }

  @Test
  void shouldNumberAndNameEndpoints() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder().services("a").service("b", 3, true).services("c").compile();

    assertThat(compiled.endpoints())
        .extracting(Endpoint::name)
        .containsExactly("a", "b-1", "b-2", "b-3", "c");
    assertThat(compiled.endpoints()).extracting(Endpoint::index).containsExactly(0, 1, 2, 3, 4);
    assertThat(compiled.endpoints()).extracting(Endpoint::replica).containsExactly(1, 1, 2, 3, 1);
  }

  @Test
  void shouldFindEndpointsByServiceOrOwnName() throws Exception {
    CompiledExperiment compiled =
        new ExperimentBuilder().services("a").service("b", 3, true).compile();

    assertThat(EndpointNames.find(compiled, "b"))
        .extracting(Endpoint::index)
        .containsExactly(1, 2, 3);
    assertThat(EndpointNames.find(compiled, "b-2")).extracting(Endpoint::index).containsExactly(2);
    assertThat(EndpointNames.find(compiled, "a")).extracting(Endpoint::index).containsExactly(0);
    assertThat(EndpointNames.find(compiled, "b-4")).isEmpty();
  }

  @Test
  void shouldHonourGivenAddressesAndSkipThemElsewhere() throws Exception {
    ExperimentBuilder builder =
        new ExperimentBuilder()
            .subnet("10.1.2.0/29")
            .services("a")
            .service("b", 3, true, false, List.of("10.1.2.2", "192.168.7.7"), List.of())
            .service("c", 2, true);

    assertThat(addresses(builder))
        .containsExactly("10.1.2.1", "10.1.2.2", "192.168.7.7", "10.1.2.3", "10.1.2.4", "10.1.2.5");
  }

  @Test
  void shouldUseEveryUsableAddressAndNoOther() throws Exception {
    assertThat(addresses(new ExperimentBuilder().subnet("10.0.0.255/30").service("a", 2, true)))
        .containsExactly("10.0.0.253", "10.0.0.254");
    assertThat(addresses(new ExperimentBuilder().subnet("10.0.0.4/31").service("a", 2, true)))
        .containsExactly("10.0.0.4", "10.0.0.5");
    assertThat(messages(new ExperimentBuilder().subnet("10.0.0.0/30").service("a", 5, true)))
        .containsExactly(
            "subnet 10.0.0.0/30 is too small: 3 endpoints are left without an address");
  }

  @Test
  void shouldCarryIntoHigherBytes() throws Exception {
    List<String> addresses = addresses(new ExperimentBuilder().service("a", 300, true));

    assertThat(addresses.get(253)).isEqualTo("10.99.0.254");
    assertThat(addresses.get(254)).isEqualTo("10.99.0.255");
    assertThat(addresses.get(255)).isEqualTo("10.99.1.0");
    assertThat(addresses).doesNotHaveDuplicates();
  }

  @Test
  void shouldAssignIpv6() throws Exception {
    assertThat(
            addresses(
                new ExperimentBuilder()
                    .subnet("fd00:99::/64")
                    .service("a", 3, true, false, List.of("fd00:99::2"), List.of())))
        .containsExactly("fd00:99:0:0:0:0:0:2", "fd00:99:0:0:0:0:0:1", "fd00:99:0:0:0:0:0:3");
    assertThat(messages(new ExperimentBuilder().subnet("fd00::/126").service("a", 4, true)))
        .containsExactly("subnet fd00::/126 is too small: 1 endpoints are left without an address");
  }

  @Test
  void shouldReportBadAddressesTogether() {
    ExperimentBuilder builder =
        new ExperimentBuilder()
            .service("a", 1, true, false, List.of("10.99.0.300"), List.of())
            .service("b", 1, true, false, List.of("127.0.0.1"), List.of())
            .service("c", 1, true, false, List.of("10.99.255.255"), List.of())
            .service("d", 2, true, false, List.of("10.99.3.3", "10.99.3.3"), List.of())
            .service("e", 1, true, false, List.of("10.99.4.1", "10.99.4.2"), List.of());

    assertThat(messages(builder))
        .satisfiesExactly(
            m -> assertThat(m).contains("service a", "10.99.0.300", "not an IP address"),
            m -> assertThat(m).contains("service b", "127.0.0.1"),
            m -> assertThat(m).contains("service c", "10.99.255.255"),
            m -> assertThat(m).contains("service d", "asked for twice"),
            m -> assertThat(m).contains("service e", "2 addresses", "1 endpoints"));
  }

  @Test
  void shouldReportMixedFamiliesAndBadSubnets() {
    assertThat(
            messages(
                new ExperimentBuilder()
                    .services("x")
                    .service("a", 1, true, false, List.of("fd00::5"), List.of())))
        .singleElement()
        .asString()
        .contains("a has fd00:0:0:0:0:0:0:5", "x has 10.99.0.1");
    for (String subnet : List.of("10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "hello/8", "/8", "")) {
      assertThat(messages(new ExperimentBuilder().subnet(subnet).services("a")))
          .containsExactly("subnet '" + subnet + "' is not an address range");
    }
  }

  @Test
  void shouldReportNamesThatMeanNothingOrTwoThings() {
    ExperimentBuilder builder =
        new ExperimentBuilder()
            .service("a", 2, true)
            .services("a-2")
            .bridges("s")
            .twoWay("s", "gone", 1, 1)
            .oneWay("s", "s", 1, 1)
            .oneWay("a", "s", 1, 1)
            .oneWay("a", "s", 1, 1)
            .service("b", 1, true, false, List.of(), List.of("nowhere"));

    assertThat(messages(builder))
        .containsExactly(
            "the name a-2 is used twice among services, endpoints and bridges",
            "link s->gone names gone, which is no service and no bridge",
            "link gone->s names gone, which is no service and no bridge",
            "link s->s leads from an element to itself",
            "link a->s is declared twice",
            "service b lists active paths to unknown service nowhere");
  }

  @Test
  void shouldReportEventsOnLinksAndBridgesThatAreNotThere() {
    ExperimentBuilder builder =
        new ExperimentBuilder()
            .services("a", "z")
            .bridges("s")
            .twoWay("a", "s", 1, 1)
            .at(1, new Action.LinkSet("a", "z", rate(1)))
            .at(2, new Action.LinkLeave("z", "a"))
            .at(3, new Action.BridgeLeave("a"))
            .at(4, new Action.LinkJoin("a", "z", rate(1)));

    assertThat(messages(builder))
        .containsExactly(
            "link a->z does not exist yet at 1 s",
            "the event at 2 s names link z->a, which never exists",
            "the event at 3 s names unknown bridge a");
  }

  @Test
  void shouldRefuseNetworksThatCannotFit() {
    assertThat(messages(new ExperimentBuilder().subnet("10.0.0.0/8").service("a", 46_341, true)))
        .containsExactly("the experiment has 46341 endpoints");
    assertThat(
            messages(
                new ExperimentBuilder()
                    .service("a", 2_000, true)
                    .service("b", 2_000, true)
                    .oneWay("a", "b", 1, 1)))
        .containsExactly("link a->b makes more than 2000000 links between endpoints");
    assertThat(
            messages(
                new ExperimentBuilder()
                    .service("a", 20_000, true)
                    .bridges("s", "t")
                    .twoWay("a", "s", 1, 1)
                    .twoWay("a", "t", 1, 1)))
        .singleElement()
        .asString()
        .contains("20002", "do not fit in memory");
  }
}
