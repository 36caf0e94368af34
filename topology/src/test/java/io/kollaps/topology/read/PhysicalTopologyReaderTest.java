package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Problem;
import io.kollaps.topology.physical.PhysicalTopology;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PhysicalTopologyReaderTest {
  private static final String SITE =
      """
      switches:
        rack-2: { uplink: row, up: 1 Gbit/s, down: 500 Mbit/s, nodes: [10.0.2.10-10.0.2.40, 10.0.2.77] }
        row: { uplink: core, rate: 5 Gbit/s }
        core: { nodes: fd00:1::/64 }
        rack-1: { uplink: core, rate: 10 Gbit/s, nodes: [10.0.1.0/24], node_rate: 1 Gbit/s }
      """;

  private static PhysicalTopology valid(String text) {
    return switch (PhysicalTopologyReader.read(text.getBytes(StandardCharsets.UTF_8))) {
      case PhysicalReadResult.Valid(PhysicalTopology topology) -> topology;
      case PhysicalReadResult.Invalid(List<Problem> problems) ->
          throw new AssertionError("expected a valid file: " + Reading.shown(problems));
    };
  }

  private static List<String> problems(String text) {
    return switch (PhysicalTopologyReader.read(text.getBytes(StandardCharsets.UTF_8))) {
      case PhysicalReadResult.Valid _ -> throw new AssertionError("expected problems: " + text);
      case PhysicalReadResult.Invalid(List<Problem> problems) -> Reading.shown(problems);
    };
  }

  private static OptionalLong rate(PhysicalTopology topology, String from, String to) {
    return topology.rateBitsPerSecond(InetAddress.ofLiteral(from), InetAddress.ofLiteral(to));
  }

  @Test
  void shouldFindTheNarrowestLinkPerDirection() {
    PhysicalTopology site = valid(SITE);

    assertThat(site.switches().getFirst().name()).isEqualTo("core");
    assertThat(rate(site, "10.0.1.5", "10.0.1.6")).hasValue(1_000_000_000);
    assertThat(rate(site, "10.0.2.10", "10.0.2.40")).hasValue(Long.MAX_VALUE);
    assertThat(rate(site, "10.0.2.77", "fd00:1::9")).hasValue(1_000_000_000);
    assertThat(rate(site, "fd00:1::9", "10.0.2.77")).hasValue(500_000_000);
    assertThat(rate(site, "10.0.1.255", "10.0.2.40")).hasValue(500_000_000);
    assertThat(rate(site, "10.0.2.41", "10.0.1.1")).isEmpty();
    assertThat(rate(site, "10.0.1.1", "fd00:2::1")).isEmpty();
  }

  @Test
  void shouldSayWhereAndWhatToWriteInstead() {
    assertThat(problems("switches: { a: {}, b: { uplink: aa, rate: 1 Gbit/s } }"))
        .containsExactly("1:33 'aa' is no switch | write 'a'");
    assertThat(problems("switches: { a: {}, b: { uplink: a } }"))
        .singleElement()
        .asString()
        .startsWith("1:20 ")
        .contains("has no rate");
    assertThat(problems("switches: { a: {}, b: { uplink: a, rate: 3 } }"))
        .singleElement()
        .asString()
        .startsWith("1:42 ")
        .contains("no unit");
    assertThat(problems("switches: { a: {}, b: {} }"))
        .singleElement()
        .asString()
        .startsWith("1:20 ")
        .contains("2 switches have no uplink");
    assertThat(problems("switches: { a: { rate: 1 Gbit/s } }"))
        .singleElement()
        .asString()
        .contains("no uplink");
    assertThat(problems("switch: {}")).anySatisfy(p -> assertThat(p).contains("'switches'"));
    assertThat(problems("")).singleElement().asString().contains("empty");
  }

  @Test
  void shouldRefuseCirclesAndAddressesInTwoPlaces() {
    assertThat(
            problems(
                """
                switches:
                  top: {}
                  a: { uplink: b, rate: 1 Gbit/s }
                  b: { uplink: a, rate: 1 Gbit/s }
                """))
        .hasSize(2)
        .allSatisfy(p -> assertThat(p).contains("circle", "'top'"));
    assertThat(
            problems(
                """
                switches:
                  top: { nodes: [10.0.0.0/16, 10.0.3.4] }
                """))
        .singleElement()
        .asString()
        .startsWith("2:31 ")
        .contains("10.0.0.0-10.0.255.255", "in common");
  }

  @Test
  void shouldRefuseWhatIsNoRange() {
    for (String range :
        List.of(
            "10.0.0.1/24",
            "10.0.0.0/33",
            "10.0.0.9-10.0.0.3",
            "10.0.0.1-fd00::1",
            "host",
            "10.0.0.0/x",
            "-",
            "10.0.0.256")) {
      assertThat(problems("switches: { a: { nodes: [\"" + range + "\"] } }"))
          .as(range)
          .singleElement()
          .asString()
          .startsWith("1:26 ")
          .contains("is not a range of addresses");
    }
  }
}
