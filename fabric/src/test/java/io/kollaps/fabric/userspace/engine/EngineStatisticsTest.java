package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.DEEP;
import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class EngineStatisticsTest {
  private record Usage(int pathId, long servedBytes, long droppedPackets, boolean backlogged) {}

  private static List<Usage> read(EngineFixture fixture, long now) {
    List<Usage> usages = new ArrayList<>();
    fixture.engine.settle(now);
    fixture
        .engine
        .statistics()
        .readUsage(
            now,
            (pathId, served, dropped, backlogged) ->
                usages.add(new Usage(pathId, served, dropped, backlogged)));
    return usages;
  }

  @Test
  void shouldTellServedBytesAndBacklogSinceTheLastReading() {
    try (EngineFixture fixture = new EngineFixture(300)) {
      // 1000 bytes are 1 ms; the latency is long, so that nothing departs meanwhile.
      fixture.path(2, 1, shape(1_000_000_000, 8_000_000, DEEP), 0);
      assertThat(read(fixture, 0)).isEmpty();
      for (int i = 0; i < 10; i++) {
        fixture.send(2, TestPackets.udp4(2, 1, 1000, i), 1_000_000);
      }
      assertThat(read(fixture, 4_000_000)).containsExactly(new Usage(601, 3000, 0, false));
      assertThat(read(fixture, 9_500_000)).containsExactly(new Usage(601, 5000, 0, true));
      assertThat(read(fixture, 20_000_000)).containsExactly(new Usage(601, 2000, 0, false));
      assertThat(read(fixture, 21_000_000)).isEmpty();
    }
  }

  @Test
  void shouldReportAQueueThatStandsStill() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 1_000, DEEP), 0);
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 0), 0);
      for (int i = 1; i <= 4; i++) {
        assertThat(read(fixture, i * 1_000_000L)).containsExactly(new Usage(1, 0, 0, i > 1));
      }
    }
  }

  @Test
  void shouldTellDropsOnce() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, EngineFixture.lossy(1), 0);
      for (int i = 0; i < 5; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1000, i), 0);
      }
      assertThat(read(fixture, 1)).containsExactly(new Usage(1, 0, 5, false));
      assertThat(read(fixture, 2)).isEmpty();
    }
  }

  @Test
  void shouldAddUpForAReaderOnAnotherThread() throws InterruptedException {
    int endpoints = 20;
    try (EngineFixture fixture = new EngineFixture(endpoints)) {
      long[] served = new long[endpoints * endpoints];
      AtomicBoolean done = new AtomicBoolean();
      EngineStatistics statistics = fixture.engine.statistics();
      Thread reader =
          new Thread(
              () -> {
                while (!done.get()) {
                  statistics.readUsage(0, (id, bytes, dropped, backlogged) -> served[id] += bytes);
                  Thread.yield();
                }
              });
      reader.start();
      for (int to = 1; to < endpoints; to++) {
        fixture.path(0, to, shape(0, EngineFixture.UNLIMITED, DEEP), 0);
      }
      int packets = 50_000;
      for (int i = 0; i < packets; i++) {
        fixture.send(0, TestPackets.udp4(0, 1 + i % (endpoints - 1), 100, i), i);
        fixture.deliver(i);
      }
      done.set(true);
      reader.join(10_000);
      assertThat(reader.isAlive()).isFalse();
      statistics.readUsage(1, (id, bytes, dropped, backlogged) -> served[id] += bytes);
      long sum = 0;
      for (int to = 1; to < endpoints; to++) {
        PathCounters counters = statistics.counters(0, to);
        assertThat(served[to]).isEqualTo(counters.deliveredBytes());
        sum += served[to];
      }
      assertThat(sum).isEqualTo(packets * 100L);
    }
  }
}
