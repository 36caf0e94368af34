package io.kollaps.fabric.userspace.engine;

/**
 * What the engine knows of a packet, kept in the first bytes of the packet's buffer so that one
 * cache line brings it together with the packet's own headers. All methods take the address of the
 * buffer.
 */
final class PacketHeader {
  /** Size; the packet (virtio_net_hdr first) follows. */
  static final int BYTES = 64;

  private static final int NEXT = 0;
  private static final int PATH = 4;
  private static final int LENGTH = 8;
  private static final int WIRE_BYTES = 12;
  private static final int SEGMENTS = 16;
  private static final int CHARGED_BYTES = 20;
  private static final int DEPARTURE = 24;
  private static final int SEQUENCE = 32;
  private static final int GENERATION = 40;
  private static final int POLLED = 44;
  private static final int CREDIT = 48;

  private PacketHeader() {}

  static void fill(
      long buffer, int path, int length, int segments, int wireBytes, int chargedBytes) {
    RawMemory.putInt(buffer + NEXT, BufferPool.NONE);
    RawMemory.putInt(buffer + PATH, path);
    RawMemory.putInt(buffer + LENGTH, length);
    RawMemory.putInt(buffer + WIRE_BYTES, wireBytes);
    RawMemory.putInt(buffer + SEGMENTS, segments);
    RawMemory.putInt(buffer + CHARGED_BYTES, chargedBytes);
    RawMemory.putInt(buffer + POLLED, 0);
  }

  /** The buffer behind this one in a list, or {@link BufferPool#NONE}. */
  static int next(long buffer) {
    return RawMemory.getInt(buffer + NEXT);
  }

  static void setNext(long buffer, int next) {
    RawMemory.putInt(buffer + NEXT, next);
  }

  static int path(long buffer) {
    return RawMemory.getInt(buffer + PATH);
  }

  /** Bytes of virtio_net_hdr and IP packet. */
  static int length(long buffer) {
    return RawMemory.getInt(buffer + LENGTH);
  }

  /** IP bytes on the wire: every segment with its own headers. */
  static int wireBytes(long buffer) {
    return RawMemory.getInt(buffer + WIRE_BYTES);
  }

  static int segments(long buffer) {
    return RawMemory.getInt(buffer + SEGMENTS);
  }

  /** Bytes that the rate counts: wire bytes and framing. */
  static int chargedBytes(long buffer) {
    return RawMemory.getInt(buffer + CHARGED_BYTES);
  }

  static long departure(long buffer) {
    return RawMemory.getLong(buffer + DEPARTURE);
  }

  static void setDeparture(long buffer, long nanos) {
    RawMemory.putLong(buffer + DEPARTURE, nanos);
  }

  /** Position among all packets in the order of arrival. */
  static long sequence(long buffer) {
    return RawMemory.getLong(buffer + SEQUENCE);
  }

  static void setSequence(long buffer, long sequence) {
    RawMemory.putLong(buffer + SEQUENCE, sequence);
  }

  /** Sum of the two endpoints' generations at arrival. */
  static int generation(long buffer) {
    return RawMemory.getInt(buffer + GENERATION);
  }

  static void setGeneration(long buffer, int generation) {
    RawMemory.putInt(buffer + GENERATION, generation);
  }

  /** How much of its delay the packet had behind it when it was read, in nanoseconds. */
  static long credit(long buffer) {
    return RawMemory.getLong(buffer + CREDIT);
  }

  static void setCredit(long buffer, long nanos) {
    RawMemory.putLong(buffer + CREDIT, nanos);
  }

  /** True while the packet is with the caller of {@code pollDeparture}. */
  static boolean polled(long buffer) {
    return RawMemory.getInt(buffer + POLLED) != 0;
  }

  static void setPolled(long buffer, boolean polled) {
    RawMemory.putInt(buffer + POLLED, polled ? 1 : 0);
  }
}
