package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.DEEP;
import static io.kollaps.fabric.userspace.engine.EngineFixture.UNLIMITED;
import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.LinkProperties.Framing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DelayTest {
  private static final int PACKETS = 100_000;
  private static final long LATENCY = 20_000_000;
  private static final long DEVIATION = 2_000_000;

  private static PathShape jittered(long deviation, Distribution distribution, boolean reorders) {
    Jitter jitter = new Jitter(deviation, distribution, reorders);
    return new PathShape(LATENCY, jitter, 0, UNLIMITED, Framing.IP, DEEP);
  }

  /** One-way delays by packet number. */
  private static double[] delays(PathShape shape, long spacing) {
    double[] delays = new double[PACKETS];
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape, 0);
      List<EngineFixture.Departure> departures = new ArrayList<>();
      for (int i = 0; i < PACKETS; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 60, i), i * spacing);
        departures.addAll(fixture.deliver(i * spacing));
      }
      departures.addAll(fixture.drain());
      assertThat(departures).hasSize(PACKETS);
      for (EngineFixture.Departure departure : departures) {
        int number = TestPackets.number(departure.packet());
        delays[number] = departure.planned() - number * spacing;
      }
    }
    return delays;
  }

  private static double mean(double[] values) {
    return java.util.Arrays.stream(values).average().orElseThrow();
  }

  private static double moment(double[] values, int order) {
    double mean = mean(values);
    double deviation =
        Math.sqrt(
            java.util.Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / PACKETS);
    return order == 2
        ? deviation
        : java.util.Arrays.stream(values).map(v -> Math.pow((v - mean) / deviation, order)).sum()
            / PACKETS;
  }

  @ParameterizedTest
  @EnumSource(Distribution.class)
  void shouldHaveTheMomentsThatAreAskedFor(Distribution distribution) {
    double[] delays = delays(jittered(DEVIATION, distribution, true), 100_000);
    // The mean of 1e5 draws is off by deviation / 316 in one sigma; five sigmas.
    assertThat(mean(delays)).isCloseTo(LATENCY, within(5 * DEVIATION / 316.0));
    assertThat(moment(delays, 2)).isCloseTo(DEVIATION, within(0.02 * DEVIATION));
    assertThat(moment(delays, 3)).isCloseTo(0, within(0.05));
    double kurtosis = distribution == Distribution.NORMAL ? 3.0 : 1.8;
    assertThat(moment(delays, 4)).isCloseTo(kurtosis, within(0.1));
  }

  @Test
  void shouldKeepUniformJitterWithinItsBounds() {
    double reach = Math.sqrt(3) * DEVIATION;
    double[] delays = delays(jittered(DEVIATION, Distribution.UNIFORM, true), 100_000);
    for (double delay : delays) {
      assertThat(delay).isBetween(LATENCY - reach, LATENCY + reach);
    }
  }

  @Test
  void shouldHaveTheSameMomentsInOrderWhenPacketsAreFarApart() {
    double[] delays = delays(jittered(DEVIATION, Distribution.NORMAL, false), 40_000_000);
    assertThat(moment(delays, 2)).isCloseTo(DEVIATION, within(0.02 * DEVIATION));
  }

  @Test
  void shouldNeverHaveANegativeDelay() {
    double[] delays = delays(jittered(5 * LATENCY, Distribution.NORMAL, true), 100_000);
    assertThat(java.util.Arrays.stream(delays).min().orElseThrow()).isZero();
  }

  @Test
  void shouldReorderOnlyWhenAskedTo() {
    assertThat(overtakings(jittered(DEVIATION, Distribution.NORMAL, false))).isZero();
    // Two delays differ by more than the spacing (deviation / 20) in the wrong direction in nearly
    // half of all neighbours.
    assertThat(overtakings(jittered(DEVIATION, Distribution.NORMAL, true))).isGreaterThan(400);
  }

  private static int overtakings(PathShape shape) {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape, 0);
      for (int i = 0; i < 1000; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 60, i), i * 100_000L);
      }
      List<EngineFixture.Departure> departures = fixture.drain();
      int overtakings = 0;
      for (int i = 1; i < departures.size(); i++) {
        int previous = TestPackets.number(departures.get(i - 1).packet());
        int number = TestPackets.number(departures.get(i).packet());
        assertThat(departures.get(i).planned())
            .isGreaterThanOrEqualTo(departures.get(i - 1).planned());
        overtakings += number < previous ? 1 : 0;
      }
      return overtakings;
    }
  }

  @Test
  void shouldCountTheDelayFromTheArrival() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(10_000, UNLIMITED, DEEP), 0);
      byte[] packet = TestPackets.udp4(0, 1, 60, 0);
      fixture.send(0, packet, packet.length, 5_000, 2_000);
      fixture.send(0, packet, packet.length, 50_000, 20_000);
      fixture.send(0, packet, packet.length, 60_000, 65_000);
      assertThat(fixture.drain())
          .extracting(EngineFixture.Departure::planned)
          .as("the second is overdue when it is read; the third cannot have come later")
          .containsExactly(12_000L, 50_000L, 70_000L);
    }
  }

  @Test
  void shouldServeFromTheReadingWhateverTheArrival() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      // 1000 bytes are 1 ms
      fixture.path(0, 1, shape(10_000_000, 8_000_000, DEEP), 0);
      byte[] packet = TestPackets.udp4(0, 1, 1000, 0);
      fixture.send(0, packet, packet.length, 500_000, 100_000);
      fixture.send(0, packet, packet.length, 500_000, 500_000);
      assertThat(fixture.engine.nextDepartureNanos()).isEqualTo(11_100_000L);
      assertThat(fixture.drain())
          .extracting(EngineFixture.Departure::planned)
          .containsExactly(11_100_000L, 12_500_000L);
    }
  }

  @Test
  void shouldKeepTheDelayOfPacketsOnTheirWayWhenTheLatencyChanges() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(10_000, UNLIMITED, DEEP), 0);
      fixture.send(0, TestPackets.udp4(0, 1, 60, 0), 0);
      fixture.path(0, 1, shape(1_000, UNLIMITED, DEEP), 5_000);
      fixture.send(0, TestPackets.udp4(0, 1, 60, 1), 5_000);
      fixture.path(0, 1, shape(30_000, UNLIMITED, DEEP), 6_000);
      fixture.send(0, TestPackets.udp4(0, 1, 60, 2), 6_000);
      assertThat(fixture.drain())
          .extracting(EngineFixture.Departure::planned)
          .as("the second may not overtake the first")
          .containsExactly(10_000L, 10_000L, 36_000L);
    }
  }
}
