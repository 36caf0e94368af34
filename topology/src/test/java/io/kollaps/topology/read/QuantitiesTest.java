package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.topology.LinkProperties;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @ParameterizedTest
  @CsvSource({
    "10 ms,10000000",
    "1.5s,1500000000",
    "2 min,120000000000",
    "1 h,3600000000000",
    "0.5 us,500",
    "7ns,7",
    "1e3 ms,1000000000",
    ".5 s,500000000",
    "0 s,0"
  })
  void shouldReadDurations(String text, long nanos) throws Exception {
    assertThat(Quantities.durationNanos(text)).isEqualTo(nanos);
  }

  @ParameterizedTest
  @CsvSource({
    "100 Mbit/s,100000000",
    "128kbit/s,128000",
    "1 Gbit/s,1000000000",
    "2.5 Gbps,2500000000",
    "1 bit/s,1",
    "5 Kbps,5000"
  })
  void shouldReadRates(String text, long rate) throws Exception {
    assertThat(Quantities.rateBitsPerSecond(text)).isEqualTo(rate);
  }

  @ParameterizedTest
  @CsvSource({"64 kB,64000", "1 MiB,1048576", "10 B,10", "1.5 GB,1500000000"})
  void shouldReadSizes(String text, long bytes) throws Exception {
    assertThat(Quantities.sizeBytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"0.1 %,0.001", "100%,1", "0.25,0.25", "0,0", "1,1"})
  void shouldReadProbabilities(String text, double probability) throws Exception {
    assertThat(Quantities.probability(text)).isEqualTo(probability);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "ms",
        "10 sec",
        "-1 ms",
        "NaN ms",
        "Infinity s",
        "1e99 h",
        "0x10 ms",
        "1 000 ms",
        "999999999999999999999 s",
        "1,5 ms",
        "--1 ms",
        "10 m s"
      })
  void shouldRefuseWhatIsNoDuration(String text) {
    assertThatThrownBy(() -> Quantities.durationNanos(text))
        .isInstanceOfSatisfying(QuantityException.class, e -> assertThat(e.remedy()).isNotBlank());
  }

  @Test
  void shouldReadBackWhatItWrites() throws Exception {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong(Quantities.MAX_RATE_BITS_PER_SECOND) >>> random.nextInt(50);
      String why = "seed " + seed + " value " + value;
      assertThat(Quantities.durationNanos(Quantities.formatDuration(value)))
          .as(why)
          .isEqualTo(value);
      assertThat(Quantities.sizeBytes(Quantities.formatSize(value))).as(why).isEqualTo(value);
      long rate = Math.max(1, value);
      assertThat(Quantities.rateBitsPerSecond(Quantities.formatRate(rate))).as(why).isEqualTo(rate);
    }
    long unlimited = LinkProperties.UNLIMITED_RATE;
    assertThat(Quantities.rateBitsPerSecond(Quantities.formatRate(unlimited))).isEqualTo(unlimited);
  }

  @Test
  void shouldWriteTheLargestUnitThatFits() {
    assertThat(Quantities.formatDuration(1_500_000)).isEqualTo("1.5 ms");
    assertThat(Quantities.formatDuration(90_000_000_000L)).isEqualTo("90 s");
    assertThat(Quantities.formatRate(100_000_000)).isEqualTo("100 Mbit/s");
    assertThat(Quantities.formatSize(64_000)).isEqualTo("64 kB");
  }
}
