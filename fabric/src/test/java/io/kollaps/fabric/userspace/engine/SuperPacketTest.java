package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.UNLIMITED;
import static io.kollaps.fabric.userspace.engine.EngineFixture.lossy;
import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss of wire packets, and what becomes of super-packets that lose some. */
class SuperPacketTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.01, 0.05, 0.5, 0.97})
  void shouldLosePacketsIndependentlyWithTheProbability(double loss) {
    int packets = 100_000;
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, lossy(loss), 0);
      int pairs = 0;
      boolean previousLost = false;
      for (int i = 0; i < packets; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 60, i), i);
        boolean lost = fixture.deliver(i).isEmpty();
        pairs += lost && previousLost ? 1 : 0;
        previousLost = lost;
      }
      double deviation = Math.sqrt(packets * loss * (1 - loss));
      assertThat((double) fixture.counters(0, 1).lostPackets())
          .isCloseTo(packets * loss, within(5 * deviation));
      double pairLoss = loss * loss;
      assertThat((double) pairs)
          .as("losses of two neighbours")
          .isCloseTo(packets * pairLoss, within(5 + 10 * Math.sqrt(packets * pairLoss)));
    }
  }

  @Test
  void shouldLoseSegmentsOfSuperPacketsWithTheProbabilityOfPackets() {
    double loss = 0.02;
    int segments = 44;
    int packets = 5_000;
    SplittableRandom random = new SplittableRandom(11);
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, lossy(loss), 0);
      byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(segments), random);
      for (int i = 0; i < packets; i++) {
        fixture.send(0, packet, i);
        fixture.deliver(i);
      }
      int all = packets * segments;
      PathCounters counters = fixture.counters(0, 1);
      assertThat(counters.offeredPackets()).isEqualTo(all);
      assertThat((double) counters.lostPackets())
          .isCloseTo(all * loss, within(5 * Math.sqrt(all * loss * (1 - loss))));
      assertThat(counters.deliveredPackets()).isEqualTo(all - counters.lostPackets());
      assertThat(counters.deliveredBytes()).isEqualTo(1500 * counters.deliveredPackets());
    }
  }

  @Test
  void shouldLoseEverythingOrNothingAtTheEnds() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, lossy(1), 0);
      byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(10), new SplittableRandom(1));
      fixture.send(0, packet, 0);
      assertThat(fixture.deliver(0)).isEmpty();
      fixture.path(0, 1, lossy(0), 1);
      fixture.send(0, packet, 1);
      assertThat(fixture.deliver(1)).hasSize(1);
      assertThat(fixture.counters(0, 1).lostPackets()).isEqualTo(10);
    }
  }

  @Test
  void shouldDeliverExactlyTheSurvivingSegments() {
    for (long seed = 1; seed <= 400; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double loss = random.nextInt(4) == 0 ? 0 : random.nextDouble(0.6);
      long rate = random.nextBoolean() ? UNLIMITED : random.nextLong(10_000_000, 2_000_000_000);
      QueueLimit limit = new QueueLimit.Bytes(random.nextLong(200_000));
      PathShape shape = new PathShape(0, Jitter.NONE, loss, rate, Framing.IP, limit);
      try (EngineFixture fixture =
          new EngineFixture(2, seed, EngineLimits.DEFAULT, EngineMemory.MIN_SIZE_BYTES)) {
        fixture.path(0, 1, shape, 0);
        check(fixture, random, seed);
      }
    }
  }

  private static void check(EngineFixture fixture, SplittableRandom random, long seed) {
    boolean version6 = random.nextBoolean();
    int ipOptions = random.nextInt(3) == 0 ? 8 * random.nextInt(6) : 0;
    int tcpOptions = 4 * random.nextInt(11);
    int segmentBytes = random.nextInt(100, 1449);
    int payload = random.nextInt(segmentBytes + 1, Math.min(60_000, 60 * segmentBytes));
    int flags = random.nextInt(256) & 0xd9;
    TestPackets.Super shape =
        new TestPackets.Super(version6, ipOptions, tcpOptions, segmentBytes, payload, flags);
    byte[] packet = TestPackets.tcp(0, 1, shape, random);
    List<byte[]> sent = WireSegments.of(packet);
    fixture.send(0, packet, 0);
    PathCounters counters = fixture.counters(0, 1);
    assertThat(counters.offeredPackets()).as("seed %d", seed).isEqualTo(sent.size());
    assertThat(counters.offeredBytes()).isEqualTo(shape.wireBytes());
    List<byte[]> received = new ArrayList<>();
    fixture.drain().forEach(departure -> received.addAll(WireSegments.of(departure.packet())));
    counters = fixture.counters(0, 1);
    assertThat(received)
        .as("seed %d", seed)
        .hasSize((int) (sent.size() - counters.lostPackets() - counters.queueDroppedPackets()));
    int at = 0;
    long bytes = 0;
    for (byte[] segment : received) {
      bytes += segment.length;
      while (at < sent.size() && !java.util.Arrays.equals(sent.get(at), segment)) {
        at++;
      }
      assertThat(at).as("a segment that was not sent, seed %d", seed).isLessThan(sent.size());
      at++;
    }
    assertThat(counters.deliveredBytes()).as("seed %d", seed).isEqualTo(bytes);
  }

  @Test
  void shouldPassSuperPacketsUnchangedWhenNothingIsLost() {
    for (int segments : new int[] {2, 5, 12, 30, 45}) {
      try (EngineFixture fixture = new EngineFixture(2)) {
        fixture.path(0, 1, shape(1000, UNLIMITED, QueueLimit.DEFAULT), 0);
        SplittableRandom random = new SplittableRandom(segments);
        byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(segments), random);
        fixture.send(0, packet, 0);
        assertThat(fixture.drain().getFirst().packet()).isEqualTo(packet);
      }
    }
  }

  @Test
  void shouldKeepSuperPacketsWholeThatItDoesNotUnderstand() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 1_000_000, QueueLimit.DEFAULT), 0);
      byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(20), new SplittableRandom(9));
      packet[0] = 0;
      fixture.send(0, packet, 0);
      assertThat(fixture.drain().getFirst().packet()).isEqualTo(packet);
      assertThat(fixture.counters(0, 1).offeredPackets()).isEqualTo(1);
    }
  }
}
