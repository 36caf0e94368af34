package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The published experiment "Decentralised throttling" (figure 8 of the Kollaps paper) by {@code
 * explain}: c1, c2, c3 at bridge b1, c4, c5, c6 at b2, one server each at b3.
 *
 * <p>The expected rates were worked out by hand: all flows grow in proportion to 1 / round-trip
 * time (70, 60, 60, 50, 40, 40 ms) until a link is full. The paper prints 16.89 and 23.74 for c1
 * and c4 in the row of five clients; progressive filling gives 16.93 and 23.70.
 */
@Order(20)
class SharingVectorTest {
  private static final String FILE =
      """
      services:
        c1: { command: sleep 1 }
        c2: { command: sleep 1 }
        c3: { command: sleep 1 }
        c4: { command: sleep 1 }
        c5: { command: sleep 1 }
        c6: { command: sleep 1 }
        server: { command: sleep 1, replicas: 6 }
      bridges: [b1, b2, b3]
      links:
        - { from: c1, to: b1, latency: 10 ms, rate: 50 Mbit/s }
        - { from: c2, to: b1, latency: 5 ms, rate: 50 Mbit/s }
        - { from: c3, to: b1, latency: 5 ms, rate: 10 Mbit/s }
        - { from: c4, to: b2, latency: 10 ms, rate: 50 Mbit/s }
        - { from: c5, to: b2, latency: 5 ms, rate: 50 Mbit/s }
        - { from: c6, to: b2, latency: 5 ms, rate: 10 Mbit/s }
        - { from: b1, to: b2, latency: 10 ms, rate: 50 Mbit/s }
        - { from: b2, to: b3, latency: 10 ms, rate: 100 Mbit/s }
        - { from: server, to: b3, latency: 5 ms, rate: 50 Mbit/s }
      """;

  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          50
          23.0769 26.9231
          18.4615 21.5385 10
          18.4615 21.5385 10 50
          16.9279 19.7492 10 23.6991 29.6238
          15.0470 17.5549 10 21.0658 26.3323 10
          """)
  void shouldGiveThePublishedShares(String row) throws Exception {
    String[] expected = row.strip().split(" ");
    Path file = workspace.file("throttling.yaml", FILE);
    String flows =
        IntStream.rangeClosed(1, expected.length)
            .mapToObj(i -> "c" + i + ":server-" + i)
            .collect(Collectors.joining(","));

    JsonNode answer =
        workspace.kollaps("explain", file.toString(), "--flows", flows, "--json").json();

    assertThat(answer.size()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      JsonNode flow = answer.get(i);
      assertThat(flow.propertyNames())
          .containsExactlyInAnyOrder("from", "to", "share_bps", "bottleneck", "competitors");
      assertThat(flow.path("from").asString()).isEqualTo("c" + (i + 1));
      assertThat(flow.path("share_bps").asDouble() / 1e6)
          .as("c%d of %d", i + 1, expected.length)
          .isCloseTo(Double.parseDouble(expected[i]), within(0.001));
    }
    Figures.saw(
        "shares of %d clients: %s",
        expected.length,
        IntStream.range(0, expected.length)
            .mapToObj(i -> String.valueOf(answer.get(i).path("share_bps").asLong()))
            .toList());
  }
}
