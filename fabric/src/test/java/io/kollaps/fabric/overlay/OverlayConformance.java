package io.kollaps.fabric.overlay;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.conformance.Iperf;
import io.kollaps.fabric.conformance.SharedMachine;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.conformance.Tolerances;
import io.kollaps.fabric.conformance.UdpPair;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every two fabrics have to do that reach each other by the overlay, with real programs, over
 * a cable between two namespaces. Needs root.
 */
@ExtendWith(SharedMachine.class)
public abstract class OverlayConformance {
  static final long MILLI = 1_000_000;
  static final int UNDERLAY_MTU = 1600;
  static final long PATIENCE_NANOS = 3_000 * MILLI;
  private static final int PINGS = 25;

  /** A packet may need less than the fastest of a few probes. */
  private static final double EARLY_MILLIS = 0.15;

  private static final int TCP_PAYLOAD_4 = 1448;
  private static final double MTU = 1500;

  private final Tolerances tolerances = Tolerances.here();

  /** The fabric of a node, for so many endpoints. */
  protected abstract Fabric fabric(int node, int endpoints) throws Exception;

  /** Whether the fabrics hold packets back here, as far as latency and rate ask for it. */
  protected boolean delays() {
    return true;
  }

  /** Two nodes whose endpoints have an MTU of 1500. */
  final JoinedFabrics joined(int endpoints, boolean version6) throws Exception {
    return new JoinedFabrics(
        new Underlay(UNDERLAY_MTU),
        fabric(0, endpoints),
        fabric(1, endpoints),
        endpoints,
        version6,
        PortSpec.DEFAULT_MTU);
  }

  private void expectRoundTrips(double idealMillis, List<Double> sortedMillis, String what) {
    assertThat(sortedMillis.getFirst())
        .as("smallest round trip, %s", what)
        .isBetween(idealMillis, idealMillis + tolerances.smallestExcessMillis());
  }

  @Test
  void shouldMeasureWhatPacketsNeedByThemselvesAndTakeNoMoreOff() throws Exception {
    JoinedFabrics joined = joined(4, false);
    try (TestNetwork network = new TestNetwork(joined, 4)) {
      for (int node = 0; node < 2; node++) {
        List<OverlayPeer> measured = joined.of(node).checkPeers(PATIENCE_NANOS);
        // within one machine; a probe that was answered late by a busy one is not the shortest
        assertThat(measured)
            .singleElement()
            .extracting(OverlayPeer::transitNanos, InstanceOfAssertFactories.LONG)
            .isBetween(1L, 5 * MILLI);
        joined.of(node).setPeers(measured);
      }
      network.setBoth(0, 1, delay(20 * MILLI));
      List<Double> millis = network.pingMillis(0, address4(1), PINGS);
      assertThat(millis.getFirst())
          .as("smallest round trip")
          .isBetween((delays() ? 40 : 0) - EARLY_MILLIS, 40 + tolerances.smallestExcessMillis());
    }
  }

  @Test
  void shouldReachTheOtherNodeByEitherFamily() throws Exception {
    for (boolean version6 : new boolean[] {false, true}) {
      JoinedFabrics joined = joined(4, version6);
      try (TestNetwork network = new TestNetwork(joined, 4)) {
        joined.checkPeers(PATIENCE_NANOS);
        double ideal = delays() ? 10 : 0;
        network.setBoth(0, 1, delay(5 * MILLI));
        network.setBoth(2, 1, delay(0));
        network.setBoth(0, 2, delay(5 * MILLI));
        expectRoundTrips(ideal, network.pingMillis(0, address4(1), PINGS), "IPv4");
        expectRoundTrips(ideal, network.pingMillis(1, address6(0), PINGS), "IPv6");
        expectRoundTrips(0, network.pingMillis(1, address4(2), PINGS), "no delay");
        expectRoundTrips(ideal, network.pingMillis(0, address6(2), PINGS), "on the same node");
        // full packets, which may not be fragmented: 1500 bytes of IP
        String full = "" + (PortSpec.DEFAULT_MTU - UdpPair.HEADERS_4);
        String printed =
            network.run(
                0,
                "ping",
                "-n",
                "-M",
                "do",
                "-s",
                full,
                "-c",
                "3",
                "-i",
                "0.02",
                address4(1).getHostAddress());
        assertThat(printed).contains("3 received");
        PathCounters there = joined.counters(0, 1);
        assertThat(there.deliveredPackets())
            .isEqualTo(there.offeredPackets())
            .isEqualTo(2 * PINGS + 3);
        assertThat(joined.counters(1, 0).deliveredPackets()).isEqualTo(2 * PINGS + 3);
        OverlayHealth first = joined.of(0).health().overlay();
        OverlayHealth second = joined.of(1).health().overlay();
        assertThat(first.sentPackets())
            .isEqualTo(second.receivedPackets())
            .isEqualTo(3 * PINGS + 3);
        assertThat(second.sentPackets())
            .isEqualTo(first.receivedPackets())
            .isEqualTo(3 * PINGS + 3);
        assertThat(List.of(first, second))
            .allSatisfy(
                health -> {
                  assertThat(health.foreignDatagrams()).isZero();
                  assertThat(health.malformedDatagrams()).isZero();
                  assertThat(health.undeliveredPackets()).isZero();
                  assertThat(health.unsentPackets()).isZero();
                });
      }
    }
  }

  @Test
  void shouldTakeOffWhatThePacketsTakeByThemselves() throws Exception {
    JoinedFabrics joined = joined(2, false);
    try (TestNetwork network = new TestNetwork(joined, 2)) {
      network.set(0, 1, delay(30 * MILLI));
      network.set(1, 0, delay(4 * MILLI));
      joined.setTransit(10 * MILLI);
      expectRoundTrips(delays() ? 20 : 0, network.pingMillis(0, address4(1), PINGS), "set before");
      network.set(0, 1, delay(25 * MILLI));
      expectRoundTrips(delays() ? 15 : 0, network.pingMillis(0, address4(1), PINGS), "set after");
      assertThat(joined.of(0).health().overlay().pathsBelowTransit()).isZero();
      OverlayHealth second = joined.of(1).health().overlay();
      assertThat(second.pathsBelowTransit()).isEqualTo(1);
      assertThat(second.largestExcessNanos()).isEqualTo(6 * MILLI);
    }
  }

  @Test
  void shouldCarryTcpAndUdpAtThePathsRate() throws Exception {
    JoinedFabrics joined = joined(2, false);
    try (TestNetwork network = new TestNetwork(joined, 2)) {
      network.setBoth(0, 1, delay(0));
      if (!Tolerances.inTestKernel()) {
        // as fast as it goes: super-packets on all sides
        assertThat(Iperf.goodput(network, 0, 1, address4(1), "cubic", 1)).isGreaterThan(50e6);
        assertThat(Iperf.goodput(network, 1, 0, address6(0), "cubic", 1)).isGreaterThan(50e6);
        PathCounters there = joined.counters(0, 1);
        assertThat(there.deliveredPackets()).isEqualTo(there.offeredPackets());
      }
      if (!delays()) {
        return;
      }
      long rate = 20_000_000;
      network.setBoth(0, 1, shape(5 * MILLI, 0, rate));
      tolerances.expectGoodput(
          rate * TCP_PAYLOAD_4 / MTU,
          2,
          Iperf.goodput(network, 0, 1, address4(1), "cubic", 2),
          "TCP there");
      network.set(1, 0, shape(5 * MILLI, 0, 1_000_000));
      int payload = 1400;
      try (UdpPair pair = new UdpPair(network, 1, 0, address4(0))) {
        double got = pair.throughput(payload, 1_500_000, 500 * MILLI, 1500 * MILLI);
        tolerances.expectGoodput(
            1e6 * payload / (payload + UdpPair.HEADERS_4), 1.5, got, "UDP back");
      }
    }
  }
}
