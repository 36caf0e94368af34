package io.kollaps.linux.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DelayDistributionTest {
  private static double moment(DelayDistribution distribution, int power) {
    double sum = 0;
    for (short entry : distribution.table()) {
      sum += Math.pow(entry / 8192.0, power);
    }
    return sum / distribution.table().length;
  }

  @Test
  void shouldHaveTheMomentsOfANormalDistribution() {
    assertThat(moment(DelayDistribution.NORMAL, 1)).isCloseTo(0, within(1e-4));
    assertThat(moment(DelayDistribution.NORMAL, 2)).isCloseTo(1, within(1e-3));
    // 3 without the cut tails
    assertThat(moment(DelayDistribution.NORMAL, 4)).isCloseTo(3, within(0.1));
  }

  @Test
  void shouldHaveTheMomentsOfAUniformDistribution() {
    assertThat(moment(DelayDistribution.UNIFORM, 1)).isCloseTo(0, within(1e-4));
    assertThat(moment(DelayDistribution.UNIFORM, 2)).isCloseTo(1, within(1e-3));
    assertThat(moment(DelayDistribution.UNIFORM, 4)).isCloseTo(9.0 / 5, within(0.01));
  }

  @Test
  void shouldTurnProbabilitiesIntoTheKernelsNumbers() {
    assertThat(Qdisc.Netem.lossWord(0)).isZero();
    assertThat(Qdisc.Netem.lossWord(1)).isEqualTo(0xffffffff);
    assertThat(Qdisc.Netem.lossWord(0.5)).isEqualTo(0x80000000);
  }
}
