package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DemandScaleTest {
  @Test
  void shouldRoundUpByLessThanAThousandth() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200_000; round++) {
      long wanted = random.nextLong(DemandScale.LARGEST) >>> random.nextInt(63);
      long number = DemandScale.roundUp(wanted);
      assertThat(number).isGreaterThanOrEqualTo(wanted);
      assertThat((double) (number - wanted)).isLessThanOrEqualTo(wanted / 1_000.0);
      assertThat(DemandScale.roundUp(number)).isEqualTo(number);
    }
    for (long small = 0; small < 2_048; small++) {
      assertThat(DemandScale.roundUp(small)).isEqualTo(small);
    }
    assertThat(DemandScale.roundUp(DemandScale.LARGEST)).isEqualTo(DemandScale.LARGEST);
    assertThat(DemandScale.roundUp(DemandScale.LARGEST + 1)).isEqualTo(FlowTable.UNLIMITED);
    assertThat(DemandScale.roundUp(FlowTable.UNLIMITED)).isEqualTo(FlowTable.UNLIMITED);
  }

  @Test
  void shouldHaveOneCodeForEachNumberInOrder() {
    long before = -1;
    int codes = 0;
    for (int code = 0; code < 65_536; code++) {
      long number = DemandScale.number(code);
      if (number >= 0) {
        assertThat(number).isGreaterThan(before);
        assertThat(DemandScale.code(number)).isEqualTo(code);
        assertThat(DemandScale.roundUp(number)).isEqualTo(number);
        before = number;
        codes++;
      }
    }
    assertThat(before).isEqualTo(DemandScale.LARGEST);
    // 54 exponents with 1024 fractions each.
    assertThat(codes).isEqualTo(54 * 1_024);
    assertThat(DemandScale.number(-1)).isEqualTo(-1);
    assertThat(DemandScale.number(65_536)).isEqualTo(-1);
  }

  @Test
  void shouldRefuseToEncodeWhatIsNotOnTheScale() {
    assertThatThrownBy(() -> DemandScale.code(2_049)).hasMessageContaining("2049");
    assertThatThrownBy(() -> DemandScale.code(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> DemandScale.code(FlowTable.UNLIMITED)).hasMessageContaining("scale");
  }
}
