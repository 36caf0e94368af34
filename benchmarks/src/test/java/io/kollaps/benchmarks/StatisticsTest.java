package io.kollaps.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StatisticsTest {
  private static final double EXACT = 1e-9;

  @Test
  void shouldTakeHeadersOffTheRate() {
    // by hand: 100 Mbit/s are 8333.3 packets of 1500 bytes, each with 1448 bytes of payload
    assertThat(Statistics.idealTcpGoodput(100e6)).isCloseTo(96_533_333.3333, within(1e-3));
    // 1472 of 1500
    assertThat(Statistics.idealUdpGoodput(150e6)).isCloseTo(147.2e6, within(EXACT));
  }

  @Test
  void shouldTellHowFarMeasuredIsAboveIdeal() {
    assertThat(Statistics.errorPercent(99, 100)).isCloseTo(-1, within(EXACT));
    assertThat(Statistics.errorPercent(30, 20)).isCloseTo(50, within(EXACT));
  }

  @Test
  void shouldFindTheMiddleOfUnsortedValues() {
    assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
    assertThat(Statistics.median(4, 1, 3, 2)).isEqualTo(2.5);
    assertThat(Statistics.median(7)).isEqualTo(7);
  }

  @Test
  void shouldInterpolateQuantiles() {
    // 0 to 100 in tens: the 0.99 quantile lies 9 tenths of the way from 90 to 100
    double[] tens = {100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0};
    assertThat(Statistics.quantile(0.99, tens)).isCloseTo(99, within(EXACT));
    assertThat(Statistics.quantile(0, tens)).isEqualTo(0);
    assertThat(Statistics.quantile(1, tens)).isEqualTo(100);
    assertThatIllegalArgumentException().isThrownBy(() -> Statistics.quantile(0.5));
  }

  @Test
  void shouldComputeTheDeviationOfASample() {
    // mean 5, squares 9 1 1 1 0 0 4 16 = 32, over 7
    assertThat(Statistics.deviation(2, 4, 4, 4, 5, 5, 7, 9))
        .isCloseTo(Math.sqrt(32.0 / 7), within(EXACT));
    assertThat(Statistics.deviation(3)).isZero();
  }

  @Test
  void shouldNotLetOneBadBlockSpoilTheDeviation() {
    // blocks of 1, 3: deviation root of 2; the third holds a stall
    assertThat(Statistics.blockDeviation(3, 1, 3, 1, 3, 1, 500))
        .isCloseTo(Math.sqrt(2), within(EXACT));
  }

  @Test
  void shouldAverageSquaredErrors() {
    // errors 1, -2, 0: (1 + 4 + 0) / 3
    assertThat(Statistics.meanSquaredError(new double[] {11, 18, 30}, new double[] {10, 20, 30}))
        .isCloseTo(5.0 / 3, within(EXACT));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Statistics.meanSquaredError(new double[1], new double[2]));
  }

  @Test
  void shouldFindTheRateOfACounterThatGrowsInSteps() {
    double[] seconds = new double[1000];
    double[] bits = new double[1000];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = i * 0.01;
      // 12 000 bits at every tenth of a second: 120 000 bit/s
      bits[i] = 12_000 * Math.floor(seconds[i] / 0.1 + 1e-6);
    }
    assertThat(Statistics.slope(seconds, bits)).isCloseTo(120_000, within(50.0));
    assertThat(Statistics.slope(new double[] {1, 2, 3}, new double[] {7, 9, 11}))
        .isCloseTo(2, within(EXACT));
  }

  @Test
  void shouldKnowHowMuchLossChances() {
    // root of 0.01 * 0.99 / 10 000 = 0.000995
    assertThat(Statistics.lossSigmaPercent(0.01, 10_000)).isCloseTo(0.0994987, within(1e-6));
  }
}
