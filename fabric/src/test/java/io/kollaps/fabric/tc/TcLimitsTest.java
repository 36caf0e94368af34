package io.kollaps.fabric.tc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TcLimitsTest {
  private static final long PLENTY = 1L << 40;

  @Test
  void shouldTakeWhatFits() {
    assertThat(TcLimits.refusal(500, 499, 249_500, PLENTY)).isEmpty();
    assertThat(TcLimits.refusal(TcLimits.MAX_ENDPOINTS, 30_000, 30_000, PLENTY)).isEmpty();
  }

  @Test
  void shouldSayWhatIsTooMuchAndWhatToDo() {
    assertThat(TcLimits.refusal(46_341, 1, 1, PLENTY).orElseThrow())
        .contains("46340", "46341", "several machines");
    assertThat(TcLimits.refusal(40_000, 39_999, 39_999, PLENTY).orElseThrow())
        .contains("30000", "39999", "--fabric user-space");
    long half = 249_500 * TcLimits.KERNEL_BYTES_PER_PATH;
    assertThat(TcLimits.refusal(500, 499, 249_500, 2 * half)).isEmpty();
    assertThat(TcLimits.refusal(500, 499, 249_500, 2 * half - 1_000_000).orElseThrow())
        .contains("249500 paths", "MB of kernel memory");
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
