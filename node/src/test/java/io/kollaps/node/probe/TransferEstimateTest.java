package io.kollaps.node.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.node.probe.TransferEstimate.Interval;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class TransferEstimateTest {

  private static List<Interval> rates(double... bitsPerSecond) {
    return DoubleStream.of(bitsPerSecond).mapToObj(rate -> new Interval(0.1, rate / 10)).toList();
  }

  @Test
  void shouldLeaveTheBeginningOut() {
    TransferEstimate estimate =
        TransferEstimate.of(rates(10, 20, 40, 80, 100, 100, 100, 100, 100, 100));

    assertThat(estimate.bitsPerSecond()).isCloseTo(100, within(1e-9));
    assertThat(estimate.stable(0.01)).isTrue();
  }

  @Test
  void shouldSeeThatARateStillRises() {
    TransferEstimate estimate = TransferEstimate.of(rates(10, 20, 30, 40, 50, 60, 70, 80));

    assertThat(estimate.bitsPerSecond()).isCloseTo(65, within(1e-9));
    assertThat(estimate.drift()).isCloseTo((75.0 - 55) / 65, within(1e-9));
    assertThat(estimate.stable(0.05)).isFalse();
  }

  @Test
  void shouldNotCallNothingStable() {
    assertThat(TransferEstimate.of(rates(0, 0, 0, 0)).stable(0.1)).isFalse();
    assertThatThrownBy(() -> TransferEstimate.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldReadBothDirectionsOfAReport() throws Exception {
    String intervals =
        "\"intervals\":[{\"sum\":{\"seconds\":0.5,\"bytes\":1000,\"bits_per_second\":1}}]";
    String json =
        "{" + intervals.replace("1000", "7") + ",\"server_output_json\":{" + intervals + "}}";

    assertThat(IperfReport.received(json, true)).containsExactly(new Interval(0.5, 8000));
    assertThat(IperfReport.received(json, false)).containsExactly(new Interval(0.5, 56));
    assertThatThrownBy(() -> IperfReport.received("{\"error\":\"no route\"}", true))
        .hasMessageContaining("no route");
    assertThatThrownBy(() -> IperfReport.received("iperf3: usage", true))
        .hasMessageContaining("usage");
    assertThatThrownBy(() -> IperfReport.received("{}", false)).isInstanceOf(ProbeException.class);
  }

  @Test
  void shouldCountEachEchoOnce() {
    EchoTally tally = new EchoTally(4);
    for (int i = 0; i < 4; i++) {
      tally.sent(i, i * 100L);
    }
    tally.back(0, 10);
    tally.back(0, 90); // it came twice
    tally.back(2, 230);
    tally.back(3, 320);
    tally.back(9, 1);

    var quality = tally.quality().orElseThrow();
    assertThat(tally.complete()).isFalse();
    assertThat(quality.roundTripNanos()).isEqualTo(20);
    assertThat(quality.jitterNanos()).isEqualTo((20 + 10) / 2);
    assertThat(quality.loss()).isEqualTo(0.25);
    assertThat(new EchoTally(3).quality()).isEmpty();
  }

  @Test
  void shouldOpenOnlyWhatTheSecretSealed() {
    var secret = io.kollaps.cluster.join.Secret.create(new Random(1));
    var foreign = io.kollaps.cluster.join.Secret.create(new Random(2));
    ProbeDatagram datagram = new ProbeDatagram(ProbeDatagram.Kind.READY, 5, 6, 7703);
    byte[] sealed = datagram.sealed(secret);

    assertThat(ProbeDatagram.open(sealed, sealed.length, secret)).isEqualTo(Optional.of(datagram));
    assertThat(ProbeDatagram.open(sealed, sealed.length, foreign)).isEmpty();
    assertThat(ProbeDatagram.open(sealed, sealed.length - 1, secret)).isEmpty();
    for (int at = 0; at < sealed.length; at++) {
      byte[] changed = sealed.clone();
      changed[at] ^= 1;
      assertThat(ProbeDatagram.open(changed, changed.length, secret)).as("byte %d", at).isEmpty();
    }
  }
}
