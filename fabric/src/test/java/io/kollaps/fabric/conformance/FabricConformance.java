package io.kollaps.fabric.conformance;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.Fabric;
import org.junit.jupiter.api.Test;

/** What every fabric has to do, with real programs in real network namespaces. Needs root. */
public abstract class FabricConformance {

  /** A fabric to test, for so many endpoints; it is closed by the test. */
  protected abstract Fabric fabric(int endpoints) throws Exception;

  private TestNetwork network(int endpoints) throws Exception {
    return new TestNetwork(fabric(endpoints), endpoints);
  }

  // The upper bounds are far because other programs may hold the processor; a fabric that forgets
  // the delay of one direction, or adds it twice, is farther off still.
  @Test
  void shouldDelayInEachDirection() throws Exception {
    try (TestNetwork network = network(2)) {
      for (int millis : new int[] {0, 10, 50}) {
        network.setBoth(0, 1, delay(millis * 1_000_000L));
        assertThat(network.medianPingMillis(0, address4(1), 11))
            .as("IPv4, %d ms", millis)
            .isBetween(2.0 * millis, 2.0 * millis + 8);
        assertThat(network.medianPingMillis(1, address6(0), 11))
            .as("IPv6, %d ms", millis)
            .isBetween(2.0 * millis, 2.0 * millis + 8);
      }
      network.set(0, 1, delay(40_000_000));
      network.set(1, 0, delay(0));
      assertThat(network.medianPingMillis(0, address4(1), 11)).isBetween(40.0, 55.0);
    }
  }

  @Test
  void shouldCarryTcpAtThePathsRate() throws Exception {
    try (TestNetwork network = network(2)) {
      long rate = 20_000_000;
      network.setBoth(0, 1, shape(5_000_000, 0, rate));
      double ideal = rate * 1448.0 / 1500;
      assertThat(Iperf.goodput(network, 0, 1, address4(1), "cubic", 3))
          .isCloseTo(ideal, within(ideal * 0.03));
      double ideal6 = rate * 1428.0 / 1500;
      assertThat(Iperf.goodput(network, 1, 0, address6(0), "cubic", 3))
          .isCloseTo(ideal6, within(ideal6 * 0.03));
    }
  }
}
