package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.emulation.SharingExplanation.Pair;
import io.kollaps.topology.Settings.SharingWeights;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainerTest {
  private static List<SharingExplanation> clients(int count, SharingWeights weights) {
    List<Pair> pairs = IntStream.range(0, count).mapToObj(one -> new Pair(one, one + 6)).toList();
    return Explainer.explain(TestNetwork.published(), pairs, weights);
  }

  /**
   * Kollaps, EuroSys 2020, 5.4; two decimals as printed. For five clients the paper prints 16.89
   * and 23.74 for C1 and C4, which is not max-min: with round trips of 70, 60, 50 and 40 ms and C3
   * at its 10 Mbit/s, the level is (100 - 10) / (1/70 + 1/60 + 1/50 + 1/40) = 1184.95, so 16.93 and
   * 23.70.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 50",
    "2, 23.08 26.92",
    "3, 18.45 21.55 10",
    "4, 18.45 21.55 10 50",
    "5, 16.93 19.75 10 23.70 29.63",
    "6, 15.04 17.55 10 21.06 26.33 10"
  })
  void shouldGiveThePublishedShares(int count, String megabits) {
    List<SharingExplanation> shares = clients(count, SharingWeights.RTT);
    String[] expected = megabits.split(" ");
    for (int client = 0; client < count; client++) {
      assertThat(shares.get(client).shareBitsPerSecond() / 1e6)
          .as("client %d of %d", client + 1, count)
          .isCloseTo(Double.parseDouble(expected[client]), within(0.0125));
    }
  }

  @Test
  void shouldNameTheBottleneckAndWhoCompetesThere() {
    List<SharingExplanation> shares = clients(3, SharingWeights.RTT);
    assertThat(shares.get(0).bottleneckLink()).hasValue(TestNetwork.PUBLISHED_CORE);
    assertThat(shares.get(0).competitors()).containsExactly(new Pair(1, 7), new Pair(2, 8));
    assertThat(shares.get(2).bottleneckLink()).hasValue(4);
    assertThat(shares.get(2).competitors()).isEmpty();
  }

  @Test
  void shouldShareEquallyWhenAsked() {
    List<SharingExplanation> shares = clients(3, SharingWeights.EQUAL);
    assertThat(shares)
        .extracting(SharingExplanation::shareBitsPerSecond)
        .containsExactly(20_000_000L, 20_000_000L, 10_000_000L);
  }

  @Test
  void shouldAnswerUnlimitedPathsWithoutABottleneck() {
    TestNetwork network = new TestNetwork(3, 0);
    network.link(0, 1, FlowTable.UNLIMITED, 0);
    network.link(0, 2, 1_000, 0);
    List<SharingExplanation> shares =
        Explainer.explain(network, List.of(new Pair(0, 1), new Pair(0, 2)), SharingWeights.RTT);
    assertThat(shares.get(0).shareBitsPerSecond()).isEqualTo(FlowTable.UNLIMITED);
    assertThat(shares.get(0).bottleneckLink()).isEmpty();
    assertThat(shares.get(0).competitors()).isEmpty();
    assertThat(shares.get(1).shareBitsPerSecond()).isEqualTo(1_000);
  }

  @Test
  void shouldRefuseWhatIsNoFlow() {
    TestNetwork network = new TestNetwork(3, 0);
    network.link(0, 1, 1_000, 0);
    assertThatThrownBy(() -> explain(network, new Pair(0, 2))).hasMessageContaining("no path");
    assertThatThrownBy(() -> explain(network, new Pair(0, 9))).hasMessageContaining("no endpoint");
    assertThatThrownBy(() -> explain(network, new Pair(0, 1), new Pair(0, 1)))
        .hasMessageContaining("twice");
  }

  private static List<SharingExplanation> explain(TestNetwork network, Pair... pairs) {
    return Explainer.explain(network, List.of(pairs), SharingWeights.RTT);
  }
}
