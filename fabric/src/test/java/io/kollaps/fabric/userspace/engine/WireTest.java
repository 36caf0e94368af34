package io.kollaps.fabric.userspace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.userspace.engine.TestPackets.Super;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Super-packets to wire packets and back, against the reference receiver. */
class WireTest {
  private static final int MTU = 1500;
  private static final int ACK = 0x10;
  private static final int PSH_ACK = 0x18;

  private static Super anyShape(SplittableRandom random, int flags) {
    boolean version6 = random.nextBoolean();
    int ipOptions = random.nextInt(4) > 0 ? 0 : version6 ? 8 : 4;
    int tcpOptions = 4 * random.nextInt(4);
    int segment = 1 + random.nextInt(MTU - 40 - 20 - 8 - 12);
    int payload = 1 + random.nextInt(Math.min(60_000, 40 * segment));
    return new Super(version6, ipOptions, tcpOptions, segment, payload, flags);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldCutAsANetworkCardDoes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    WireCutter cutter = new WireCutter();
    try (Arena arena = Arena.ofConfined()) {
      long source = arena.allocate(70_000, 8).address();
      MemorySegment target = arena.allocate(2_000, 8);
      for (int i = 0; i < 300; i++) {
        int flags = ACK | random.nextInt(256);
        Super shape = anyShape(random, flags);
        byte[] packet = TestPackets.tcp(1, 2, shape, random);
        List<byte[]> expected = WireSegments.of(packet);
        put(source, packet);
        assertThat(cutter.open(source, packet.length)).isEqualTo(expected.size());
        for (int segment = 0; segment < expected.size(); segment++) {
          int bytes = cutter.bytes(segment);
          cutter.write(segment, target.address() + WireCutter.SCRATCH_BYTES);
          assertThat(get(target.address() + WireCutter.SCRATCH_BYTES, bytes))
              .as("seed %d, packet %d, %s, segment %d", seed, i, shape, segment)
              .isEqualTo(expected.get(segment));
        }
      }
    }
  }

  @Test
  void shouldFinishTheChecksumOfUdpAndLeaveWhatIsFinished() {
    try (Arena arena = Arena.ofConfined()) {
      WireCutter cutter = new WireCutter();
      long source = arena.allocate(200, 8).address();
      long target = arena.allocate(200, 8).address() + WireCutter.SCRATCH_BYTES;
      byte[] packet = TestPackets.udp4(1, 2, 61, 77);
      put(source, packet);
      assertThat(cutter.open(source, packet.length)).isEqualTo(1);
      cutter.write(0, target);
      assertThat(get(target, 61)).isEqualTo(Arrays.copyOfRange(packet, 10, packet.length));
      // the pseudo-header: addresses, protocol 17, length 41
      int pseudo = WireSegments.sum(packet, 22, 8) + 17 + 41;
      RawMemory.putByte(source, WirePacket.NEEDS_CHECKSUM);
      RawMemory.putShort(source + 6, 20);
      RawMemory.putShort(source + 8, 6);
      RawMemory.putNetShort(source + 10 + 26, (pseudo & 0xffff) + (pseudo >> 16));
      assertThat(cutter.open(source, packet.length)).isEqualTo(1);
      cutter.write(0, target);
      byte[] written = get(target, 61);
      // with its checksum, everything adds up to all ones
      long all = WireSegments.sum(written, 20, 41) + (long) pseudo;
      assertThat(all % 0xffff).isZero();
    }
  }

  private static final class Collector {
    final List<byte[]> wirePackets = new ArrayList<>();
    int buffers;

    void take(WireJoiner joiner) {
      if (joiner.isEmpty()) {
        return;
      }
      int packets = joiner.packets();
      joiner.finish();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < joiner.pieceCount(); i++) {
        long piece = joiner.pieces() + 16L * i;
        bytes.writeBytes(get(RawMemory.getLong(piece), (int) RawMemory.getLong(piece + 8)));
      }
      byte[] packet = bytes.toByteArray();
      List<byte[]> segments =
          packets == 1
              ? List.of(Arrays.copyOfRange(packet, 10, packet.length))
              : WireSegments.of(packet);
      assertThat(segments).hasSize(packets);
      wirePackets.addAll(segments);
      buffers++;
      joiner.clear();
    }
  }

  private static Collector join(Arena arena, List<byte[]> packets) {
    WireJoiner joiner = new WireJoiner(arena.allocate(WireJoiner.MEMORY_BYTES, 8).address(), MTU);
    Collector collector = new Collector();
    for (byte[] packet : packets) {
      long at = arena.allocate(packet.length, 8).address();
      put(at, packet);
      if (!joiner.join(at, packet.length)) {
        collector.take(joiner);
        joiner.begin(at, packet.length);
      }
    }
    collector.take(joiner);
    return collector;
  }

  /** The same packet, of IPv4 surely not a fragment. */
  private static byte[] whole(byte[] packet) {
    if (packet[10] >> 4 == 4) {
      packet[16] = 0x40;
      packet[17] = 0;
      packet[20] = 0;
      packet[21] = 0;
      int checksum = ~WireSegments.sum(packet, 10, 4 * (packet[10] & 0xf));
      packet[20] = (byte) (checksum >> 8);
      packet[21] = (byte) checksum;
    }
    return packet;
  }

  @Test
  void shouldJoinWhatWasOnePacket() {
    SplittableRandom random = new SplittableRandom(5);
    for (int flags : new int[] {ACK, PSH_ACK}) {
      for (boolean version6 : new boolean[] {false, true}) {
        Super shape = new Super(version6, 0, 12, 1400, 40 * 1400 + 333, flags);
        byte[] packet = whole(TestPackets.tcp(1, 2, shape, random));
        try (Arena arena = Arena.ofConfined()) {
          List<byte[]> segments = WireSegments.of(packet);
          Collector collector = join(arena, segments);
          assertThat(collector.buffers).isEqualTo(1);
          expectSame(collector.wirePackets, segments, "flags " + flags);
        }
      }
    }
  }

  private static void expectSame(List<byte[]> actual, List<byte[]> expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("%s, packet %d", what, i).isEqualTo(expected.get(i));
    }
  }

  // whatever comes in whatever order: nothing is lost, changed or moved by joining
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldNeverChangeWhatItJoins(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      List<byte[]> stream = new ArrayList<>();
      for (int flow = 0; flow < 3; flow++) {
        Super shape = anyShape(random, random.nextBoolean() ? PSH_ACK : random.nextInt(256));
        byte[] packet = TestPackets.tcp(flow, 9, shape, random);
        for (byte[] segment : WireSegments.of(random.nextInt(4) == 0 ? packet : whole(packet))) {
          // lost, doubled, out of its place, or with a header of its own
          int fate = random.nextInt(40);
          if (fate > 0) {
            int place = fate == 1 ? random.nextInt(stream.size() + 1) : stream.size();
            stream.add(place, segment);
          }
          if (fate == 2) {
            stream.add(segment);
          }
        }
        stream.add(Arrays.copyOfRange(TestPackets.udp4(flow, 9, 60, round), 10, 70));
      }
      try (Arena arena = Arena.ofConfined()) {
        // identifications of IPv4 packets count up within a joined one
        List<byte[]> actual = join(arena, stream).wirePackets;
        expectSame(
            actual.stream().map(WireTest::withoutIdentification).toList(),
            stream.stream().map(WireTest::withoutIdentification).toList(),
            "seed " + seed + ", round " + round);
      }
    }
  }

  private static byte[] withoutIdentification(byte[] packet) {
    byte[] copy = packet.clone();
    if (copy[0] >> 4 == 4) {
      copy[4] = 0;
      copy[5] = 0;
      copy[10] = 0;
      copy[11] = 0;
    }
    return copy;
  }

  @Test
  void shouldTakeASuperPacketOfAKernelOnThisMachineWhole() {
    SplittableRandom random = new SplittableRandom(6);
    Super shape = new Super(false, 0, 12, MTU - 52, 20 * (MTU - 52) + 100, ACK);
    byte[] packet = whole(TestPackets.tcp(1, 2, shape, random));
    List<byte[]> expected = WireSegments.of(packet);
    try (Arena arena = Arena.ofConfined()) {
      Collector collector = join(arena, List.of(Arrays.copyOfRange(packet, 10, packet.length)));
      assertThat(collector.buffers).isEqualTo(1);
      expectSame(collector.wirePackets, expected, "whole");
    }
  }

  @Test
  void shouldMarkAChecksumThatIsNotFinished() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] packet = whole(TestPackets.tcp(1, 2, new Super(false, 0, 0, 1000, 500, ACK), random));
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(WireJoiner.MEMORY_BYTES, 8).address();
      WireJoiner joiner = new WireJoiner(memory, MTU);
      long at = arena.allocate(packet.length, 8).address();
      put(at, Arrays.copyOfRange(packet, 10, packet.length));
      joiner.begin(at, packet.length - 10);
      byte[] head = get(RawMemory.getLong(joiner.pieces()), 10);
      MemorySegment view = MemorySegment.ofArray(head);
      assertThat(head[0]).isEqualTo((byte) WirePacket.NEEDS_CHECKSUM);
      assertThat(view.get(ValueLayout.JAVA_SHORT_UNALIGNED, 6)).isEqualTo((short) 20);
      assertThat(view.get(ValueLayout.JAVA_SHORT_UNALIGNED, 8)).isEqualTo((short) 16);
    }
  }

  private static void put(long address, byte[] bytes) {
    MemorySegment.ofAddress(address)
        .reinterpret(bytes.length)
        .copyFrom(MemorySegment.ofArray(bytes));
  }

  private static byte[] get(long address, int bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes).toArray(ValueLayout.JAVA_BYTE);
  }
}
