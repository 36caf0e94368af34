package io.kollaps.placement.demand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ExperimentNetworkTest {
  private static final long MEGA = 1_000_000;

  private static EmulatedNetwork network(String yaml) throws Exception {
    ReadResult result = ExperimentReader.read("test.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    assertThat(result).isInstanceOf(ReadResult.Valid.class);
    CompiledExperiment compiled =
        ExperimentCompiler.compile(((ReadResult.Valid) result).experiment(), 1);
    return ExperimentNetwork.of(compiled);
  }

  private static CutDemand across(EmulatedNetwork network, int... inside) {
    BitSet set = new BitSet();
    for (int endpoint : inside) {
      set.set(endpoint);
    }
    return network.across(set);
  }

  @Test
  void shouldTakeRatesOfBothDirectionsFromTheFile() throws Exception {
    EmulatedNetwork network =
        network(
            """
            services:
              a: { command: sleep 1 }
              b: { command: sleep 1, replicas: 3 }
            bridges: [s]
            links:
              - { from: a, to: s, up: { rate: 10 Mbit/s }, down: { rate: 4 Mbit/s } }
              - { from: s, to: b, rate: 3 Mbit/s }
            """);

    assertThat(network.isTree()).isTrue();
    assertThat(across(network, 0)).isEqualTo(new CutDemand(9 * MEGA, 4 * MEGA));
    assertThat(across(network, 1)).isEqualTo(new CutDemand(3 * MEGA, 3 * MEGA));
  }

  @Test
  void shouldTakeTheEpochThatAsksForMost() throws Exception {
    EmulatedNetwork network =
        network(
            """
            services: { a: { command: sleep 1 }, b: { command: sleep 1 } }
            links: [ { from: a, to: b, rate: 3 Mbit/s } ]
            timeline:
              - { at: 5 s, set: a -- b, rate: 8 Mbit/s }
              - { at: 9 s, set: a -- b, rate: 1 Mbit/s }
            """);

    assertThat(across(network, 0)).isEqualTo(new CutDemand(8 * MEGA, 8 * MEGA));
  }

  @Test
  void shouldLeaveOutLinksThatNoPathUses() throws Exception {
    EmulatedNetwork network =
        network(
            """
            services: { a: { command: sleep 1 }, b: { command: sleep 1 } }
            bridges: [s, t, u]
            links:
              - { from: a, to: s, rate: 100 Mbit/s }
              - { from: s, to: t, rate: 5 Mbit/s }
              - { from: s, to: u, rate: 7 Mbit/s }
              - { from: u, to: t, rate: 7 Mbit/s }
              - { from: t, to: b, rate: 100 Mbit/s }
            """);

    // The shortest path carries 5; the way round by u would carry 7 more, but nothing takes it.
    assertThat(network.isTree()).isTrue();
    assertThat(across(network, 0)).isEqualTo(new CutDemand(5 * MEGA, 5 * MEGA));
  }

  @Test
  void shouldCountALinkWithoutARateAsUnlimited() throws Exception {
    EmulatedNetwork network =
        network(
            """
            services: { a: { command: sleep 1 }, b: { command: sleep 1 } }
            links: [ { from: a, to: b, latency: 1 ms } ]
            """);

    assertThat(across(network, 0).outBitsPerSecond()).isEqualTo(EmulatedNetwork.UNLIMITED);
  }
}
