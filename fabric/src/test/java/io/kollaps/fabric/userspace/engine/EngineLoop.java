package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SplittableRandom;

/** The engine's cost by itself: packets in and out in virtual time. Run {@link #main}. */
final class EngineLoop {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final int PACKETS = 1_000_000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private EngineLoop() {}

  /** Processor time of this thread: what others do on the machine matters less. */
  private static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Receives a packet and delivers what is due. */
  static void step(PathEngine engine, byte[] packet, long now) {
    MemorySegment.copy(
        packet, 0, ALL, ValueLayout.JAVA_BYTE, engine.receiveBuffer(), packet.length);
    engine.received(0, packet.length, now);
    while (engine.nextDepartureNanos() <= now) {
      int handle = engine.pollDeparture(now);
      if (handle < 0) {
        return;
      }
      engine.delivered(handle);
    }
  }

  /** Prints nanoseconds per packet for some kinds of paths, and what the warm-up and paths cost. */
  public static void main(String[] arguments) {
    long start = cpuNanos();
    PathEngine.warmUp();
    System.out.printf("warm-up %d ms%n", (cpuNanos() - start) / 1_000_000);
    Jitter jitter = new Jitter(1_000_000, Jitter.Distribution.NORMAL, false);
    Jitter reorders = new Jitter(1_000_000, Jitter.Distribution.NORMAL, true);
    for (int round = 0; round < 3; round++) {
      measure("100 B, unlimited, no latency", 100, 0, Jitter.NONE, Long.MAX_VALUE, 1);
      measure("100 B, 10 Gbit/s, 5 ms", 100, 5_000_000, Jitter.NONE, 10_000_000_000L, 1);
      measure("1500 B, 10 Gbit/s, 5 ms", 1500, 5_000_000, Jitter.NONE, 10_000_000_000L, 1);
      measure(
          "1500 B, 10 Gbit/s, 5 ms, 500 paths", 1500, 5_000_000, Jitter.NONE, 10_000_000_000L, 500);
      measure("100 B, 10 Gbit/s, 5 +- 1 ms in order", 100, 5_000_000, jitter, 10_000_000_000L, 1);
      measure(
          "100 B, 10 Gbit/s, 5 +- 1 ms reordering", 100, 5_000_000, reorders, 10_000_000_000L, 1);
      measure("64 KB, 100 Gbit/s, 5 ms", 0, 5_000_000, Jitter.NONE, 100_000_000_000L, 1);
      setPaths();
    }
  }

  private static void setPaths() {
    try (EngineFixture fixture = new EngineFixture(500)) {
      PathShape shape =
          new PathShape(1, Jitter.NONE, 0.01, 1_000_000, Framing.IP, QueueLimit.DEFAULT);
      long start = cpuNanos();
      for (int i = 0; i < 2500; i++) {
        fixture.path(i / 50, i % 50, shape, 0);
      }
      System.out.printf("2500 setPath: %d us%n", (cpuNanos() - start) / 1000);
    }
  }

  private static void measure(
      String what, int ipLength, long latency, Jitter jitter, long rate, int paths) {
    PathShape shape = new PathShape(latency, jitter, 0.001, rate, Framing.IP, EngineFixture.DEEP);
    try (EngineFixture fixture =
        new EngineFixture(paths + 1, 1, EngineLimits.DEFAULT, 256L << 20)) {
      byte[][] packets = new byte[paths][];
      for (int to = 1; to <= paths; to++) {
        fixture.path(0, to, shape, 0);
        packets[to - 1] =
            ipLength > 0
                ? TestPackets.udp4(0, to, ipLength, 0)
                : TestPackets.tcp(0, to, TestPackets.plain(44), new SplittableRandom(1));
      }
      int count = ipLength > 0 ? PACKETS : PACKETS / 10;
      long spacing = ipLength > 0 ? 1_300 : 6_000;
      long copied = copyNanos(packets[0], fixture.engine.receiveBuffer(), count);
      long start = cpuNanos();
      for (int i = 0; i < count; i++) {
        step(fixture.engine, packets[i % paths], i * spacing);
      }
      long nanos = cpuNanos() - start - copied;
      System.out.printf("%-45s %6.1f ns/packet%n", what, (double) nanos / count);
    }
  }

  private static long copyNanos(byte[] packet, long target, int count) {
    long start = cpuNanos();
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(packet, 0, ALL, ValueLayout.JAVA_BYTE, target, packet.length);
    }
    return cpuNanos() - start;
  }
}
