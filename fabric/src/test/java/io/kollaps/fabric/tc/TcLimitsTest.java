package io.kollaps.fabric.tc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TcLimitsTest {
  private static final long PLENTY = 1L << 40;

  private static long allPairs(long endpoints) {
    return endpoints * (endpoints - 1);
  }

  @Test
  void shouldTakeWhatFits() {
    assertThat(TcLimits.tooMany(170, 169, allPairs(170))).isEmpty();
    assertThat(TcLimits.tooMany(2, 1, TcLimits.MAX_PATHS)).isEmpty();
    assertThat(TcLimits.tooMany(TcLimits.MAX_ENDPOINTS, 30_000, 30_000)).isEmpty();
    assertThat(TcLimits.refusal(3, 2, 6)).isEmpty();
  }

  @Test
  void shouldSayWhatIsTooMuchAndWhatToDo() {
    assertThat(TcLimits.refusal(46_341, 1, 1).orElseThrow())
        .contains("46340", "46341", "several machines");
    assertThat(TcLimits.refusal(40_000, 39_999, 39_999).orElseThrow())
        .contains("30000", "39999", "--fabric user-space");
    // 100 ms of two readings of 1.6 us
    assertThat(TcLimits.MAX_PATHS).isEqualTo(31_250);
    assertThat(TcLimits.refusal(2, 1, TcLimits.MAX_PATHS + 1).orElseThrow())
        .contains("" + TcLimits.MAX_PATHS, "" + (TcLimits.MAX_PATHS + 1), "--fabric kernel");
  }

  @Test
  void shouldRefuseAllPairsOfFiveHundredEndpoints() {
    assertThat(TcLimits.refusal(500, 499, allPairs(500)).orElseThrow())
        .contains("249500", "longer than the 100 ms", "--fabric kernel");
  }

  @Test
  void shouldRefuseWhatTakesMoreThanHalfOfTheMemory() {
    assertThat(TcLimits.tooLarge(10_000, 8_000, 160_000_000)).isEmpty();
    assertThat(TcLimits.tooLarge(10_000, 8_000, 159_000_000).orElseThrow())
        .contains("10000 paths take 80 MB", "159 MB that are free");
  }

  @Test
  void shouldKnowHowManyProcessorsTheKernelProvidesFor() {
    assertThat(TcLimits.processors("0\n")).isEqualTo(1);
    assertThat(TcLimits.processors("0-63\n")).isEqualTo(64);
    assertThat(TcLimits.processors("0-3,8\n")).isEqualTo(9);
    assertThat(TcLimits.kernelBytesPerPath())
        .isBetween(TcLimits.FIXED_BYTES_PER_PATH, 100 * TcLimits.FIXED_BYTES_PER_PATH);
  }

  @Test
  void shouldKnowHowMuchMemoryThisMachineHas() {
    assertThat(TcLimits.availableBytes()).isBetween(1L << 20, PLENTY);
  }

  @Test
  void shouldHaveNumbersForAllDestinationsOutsideTheRootsList() {
    Majors majors = new Majors();
    Set<Integer> taken = new HashSet<>();
    // two for each, and one for unknown destinations
    for (int i = 0; i <= 2 * InterfaceShaper.MAX_DESTINATIONS; i++) {
      int major = majors.take();
      assertThat(taken.add(major)).isTrue();
      assertThat(major).isBetween(2, 0xfffe);
      assertThat(Majors.list(major)).isNotEqualTo(Majors.list(Majors.ROOT));
    }
    int given = taken.iterator().next();
    majors.free(given);
    assertThat(majors.take()).isEqualTo(given);
  }
}
