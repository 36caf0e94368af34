package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.FlowReport.FlowDemand;
import io.kollaps.topology.path.CompiledExperiment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PeerExchangeTest {
  private static final String FILE =
      """
      services:
        a: { command: [a] }
        b: { command: [a] }
        c: { command: [a] }
      bridges: [hub]
      links:
        - { from: a, to: hub, latency: 1 ms, rate: 10 Mbit/s }
        - { from: b, to: hub, latency: 1 ms, rate: 10 Mbit/s }
        - { from: c, to: hub, latency: 1 ms, rate: 10 Mbit/s }
      """;

  private static final int[] HOMES = {0, 1, 2};

  private final CompiledExperiment compiled = Experiments.compiled("peers.yaml", FILE);
  private final Map<Integer, List<byte[]>> sent = new TreeMap<>();

  private PeerExchange exchange(int self) throws RunFailedException {
    return new PeerExchange(
        compiled,
        Homes.of(Experiments.plan("peers.yaml", FILE, HOMES, self), compiled),
        (to, payload) -> sent.computeIfAbsent(to, _ -> new ArrayList<>()).add(payload));
  }

  @Test
  void shouldTellEveryOtherPartAndHearIt() throws Exception {
    PeerExchange teller = exchange(0);
    PeerExchange hearer = exchange(2);
    FlowReport report = FlowReport.full(0, 7, List.of(new FlowDemand(2, Long.MAX_VALUE)));

    teller.tell(report);

    assertThat(sent.keySet()).containsExactly(1, 2);
    hearer.datagram(0, ByteBuffer.wrap(sent.get(2).getFirst()), 5);
    assertThat(hearer.heard()).contains(new CoreEvent.PeerFlows(5, report));
    assertThat(hearer.heard()).isEmpty();
    assertThat(teller.counts().sentDatagrams()).isEqualTo(2);
    assertThat(teller.counts().sentBytes()).isEqualTo(2L * sent.get(2).getFirst().length);
    assertThat(hearer.counts().receivedDatagrams()).isEqualTo(1);
    assertThat(hearer.counts().refusedDatagrams()).isZero();
  }

  @Test
  void shouldRefuseWhatASenderMayNotSay() throws Exception {
    PeerExchange teller = exchange(0);
    PeerExchange hearer = exchange(2);
    teller.tell(FlowReport.full(0, 1, List.of(new FlowDemand(2, Long.MAX_VALUE))));
    byte[] payload = sent.get(2).getFirst();

    hearer.datagram(1, ByteBuffer.wrap(payload), 0); // in the name of another part
    hearer.datagram(2, ByteBuffer.wrap(payload), 0); // of itself
    hearer.datagram(9, ByteBuffer.wrap(payload), 0); // of no part
    hearer.datagram(0, ByteBuffer.wrap(new byte[0]), 0);
    Random random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      byte[] noise = new byte[1 + random.nextInt(30)];
      random.nextBytes(noise);
      noise[0] = 9;
      hearer.datagram(0, ByteBuffer.wrap(noise), 0);
    }

    assertThat(hearer.heard()).isEmpty();
    assertThat(hearer.counts().refusedDatagrams()).isEqualTo(1_004);
  }

  @Test
  void shouldForgetAPartThatIsGone() throws Exception {
    PeerExchange teller = exchange(0);

    teller.gone(1, 3);
    teller.gone(1, 4);
    teller.tell(FlowReport.full(0, 1, List.of()));

    assertThat(teller.heard()).contains(new CoreEvent.PeerGone(3, 1));
    assertThat(teller.heard()).isEmpty();
    assertThat(sent.keySet()).containsExactly(2);
  }

  @Test
  void shouldKeepEveryPayloadBelowItsBound() throws Exception {
    int count = 1_000;
    StringBuilder file = new StringBuilder("services:\n");
    for (int i = 0; i < 40; i++) {
      file.append("  s%d: { command: [a] }\n".formatted(i));
    }
    file.append("links:\n");
    for (int i = 1; i < 40; i++) {
      file.append("  - { from: s0, to: s%d, latency: 1 ms, rate: 1 Mbit/s }\n".formatted(i));
    }
    int[] homes = new int[40];
    for (int i = 0; i < 40; i++) {
      homes[i] = i < 30 ? 0 : 1;
    }
    CompiledExperiment large = Experiments.compiled("large.yaml", file.toString());
    PeerExchange teller =
        new PeerExchange(
            large,
            Homes.of(Experiments.plan("large.yaml", file.toString(), homes, 0), large),
            (to, payload) -> sent.computeIfAbsent(to, _ -> new ArrayList<>()).add(payload));
    List<FlowDemand> flows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      flows.add(new FlowDemand(i, 1_000_000L + i * 1_000L));
    }

    teller.tell(FlowReport.full(0, 1, flows));

    assertThat(sent.get(1)).hasSizeGreaterThan(1);
    assertThat(sent.get(1))
        .allSatisfy(
            payload -> assertThat(payload).hasSizeLessThanOrEqualTo(PeerSender.MAX_PAYLOAD_BYTES));
  }
}
