package io.kollaps.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Some datagrams, sent or received with one call; nothing is allocated for them. A message may
 * stand for several datagrams of one size, of which only the last may be shorter (UDP segmentation
 * and receive offload). For one thread, and for either sending or receiving.
 */
public final class DatagramBatch implements AutoCloseable {
  /** Most datagrams that one message stands for when it is sent (the kernel's UDP_MAX_SEGMENTS). */
  public static final int MOST_SEGMENTS = 64;

  // struct mmsghdr: struct msghdr (name, its length, iov, its length, control, its length, flags),
  // bytes sent or received
  private static final int HEADER_BYTES = 64;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTOR = 16;
  private static final int VECTOR_LENGTH = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;
  private static final int VECTOR_BYTES = 16;
  private static final int CONTROL_BYTES = 96;
  private static final int MESSAGE_BYTES =
      HEADER_BYTES + SocketAddresses.BYTES + VECTOR_BYTES + CONTROL_BYTES;

  private static final int MSG_TRUNCATED = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SOL_UDP = 17;
  private static final int SO_RXQ_OVFL = 40;
  private static final int UDP_SEGMENT = 103;
  private static final int UDP_GRO = 104;
  // struct cmsghdr: length with the header, level, type; the data; padding to 8
  private static final int CONTROL_HEADER_BYTES = 16;
  private static final int SEGMENT_CONTROL_LENGTH = CONTROL_HEADER_BYTES + 2;
  private static final int SEGMENT_CONTROL_SPACE = CONTROL_HEADER_BYTES + 8;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final OffHeapMemory memory;
  private final MemorySegment all;
  private final int messages;
  private final int bufferBytes;
  private final long buffers;
  private long lastDropped = -1;

  private DatagramBatch(OffHeapMemory memory, int messages, int bufferBytes) {
    this.memory = memory;
    this.all = MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
    this.messages = messages;
    this.bufferBytes = bufferBytes;
    this.buffers = ((long) messages * MESSAGE_BYTES + 4095) & -4096L;
  }

  /**
   * Makes one.
   *
   * @param messages how many messages at most
   * @param bufferBytes room of each
   * @throws LinuxException when there is no memory
   */
  public static DatagramBatch create(int messages, int bufferBytes) throws LinuxException {
    long headers = ((long) messages * MESSAGE_BYTES + 4095) & -4096L;
    DatagramBatch made =
        new DatagramBatch(
            OffHeapMemory.map(headers + (long) messages * bufferBytes), messages, bufferBytes);
    for (int i = 0; i < messages; i++) {
      long header = (long) i * HEADER_BYTES;
      made.all.set(LONG, header + NAME, made.sourceAddress(i));
      made.all.set(LONG, header + VECTOR, made.memory.address() + made.vector(i));
      made.all.set(LONG, header + VECTOR_LENGTH, 1);
      made.all.set(LONG, header + CONTROL, made.memory.address() + made.control(i));
      made.all.set(LONG, made.vector(i), made.address(i));
    }
    return made;
  }

  private long vector(int message) {
    return (long) messages * (HEADER_BYTES + SocketAddresses.BYTES) + (long) message * VECTOR_BYTES;
  }

  private long control(int message) {
    return (long) messages * (HEADER_BYTES + SocketAddresses.BYTES + VECTOR_BYTES)
        + (long) message * CONTROL_BYTES;
  }

  /** How many messages it holds. */
  public int size() {
    return messages;
  }

  /** Room of each message. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** Where a message's bytes are. */
  public long address(int message) {
    return memory.address() + buffers + (long) message * bufferBytes;
  }

  /** Where the address that a message came from is, as {@link SocketAddresses} has it. */
  public long sourceAddress(int message) {
    return memory.address()
        + (long) messages * HEADER_BYTES
        + (long) message * SocketAddresses.BYTES;
  }

  /**
   * Receives what is there.
   *
   * @return number of messages, or the negated error number (EAGAIN: nothing is there)
   */
  public int receive(UdpSocket socket) {
    for (int i = 0; i < messages; i++) {
      long header = (long) i * HEADER_BYTES;
      all.set(INT, header + NAME_LENGTH, SocketAddresses.BYTES);
      all.set(LONG, header + CONTROL_LENGTH, CONTROL_BYTES);
      all.set(LONG, vector(i) + 8, bufferBytes);
    }
    return DatagramCalls.receiveMany(
        socket.fileDescriptor(), memory.address(), messages, MSG_DONTWAIT);
  }

  /** Bytes of a message received. */
  public int length(int message) {
    return all.get(INT, (long) message * HEADER_BYTES + LENGTH);
  }

  /** Whether a message received had no room. */
  public boolean truncated(int message) {
    return (all.get(INT, (long) message * HEADER_BYTES + FLAGS) & MSG_TRUNCATED) != 0;
  }

  /** Bytes of each datagram, but the last, that a message received stands for. */
  public int segmentBytes(int message) {
    int size = controlValue(message, SOL_UDP, UDP_GRO);
    return size > 0 ? size : length(message);
  }

  /**
   * Datagrams that the kernel dropped for lack of room, between the last message asked and this.
   */
  public long droppedBefore(int message) {
    int total = controlValue(message, SOL_SOCKET, SO_RXQ_OVFL);
    if (total < 0) {
      return 0;
    }
    long dropped = Integer.toUnsignedLong(total - (int) Math.max(0, lastDropped));
    lastDropped = Integer.toUnsignedLong(total);
    return dropped;
  }

  private int controlValue(int message, int level, int type) {
    long end = all.get(LONG, (long) message * HEADER_BYTES + CONTROL_LENGTH);
    long at = 0;
    while (at + CONTROL_HEADER_BYTES + Integer.BYTES <= Math.min(end, CONTROL_BYTES)) {
      long entry = control(message) + at;
      long length = all.get(LONG, entry);
      if (all.get(INT, entry + 8) == level && all.get(INT, entry + 12) == type) {
        return all.get(INT, entry + CONTROL_HEADER_BYTES);
      }
      if (length < CONTROL_HEADER_BYTES) {
        return -1;
      }
      at += (length + 7) & -8L;
    }
    return -1;
  }

  /**
   * Prepares the bytes at {@link #address} to be sent.
   *
   * @param destination where the destination is, as {@link SocketAddresses} has it; it must stay
   *     there until it was sent
   * @param destinationLength length of that
   * @param length bytes of the message
   * @param segmentBytes bytes of each datagram but the last; the length, or more, for one datagram
   */
  public void prepare(
      int message, long destination, int destinationLength, int length, int segmentBytes) {
    prepare(message, destination, destinationLength, address(message), length, segmentBytes);
  }

  /**
   * As {@link #prepare(int, long, int, int, int)}, of bytes that are elsewhere and stay there until
   * they were sent.
   *
   * @param address where they are
   */
  public void prepare(
      int message,
      long destination,
      int destinationLength,
      long address,
      int length,
      int segmentBytes) {
    long header = (long) message * HEADER_BYTES;
    all.set(LONG, header + NAME, destination);
    all.set(INT, header + NAME_LENGTH, destinationLength);
    all.set(LONG, vector(message), address);
    all.set(LONG, vector(message) + 8, length);
    if (segmentBytes >= length) {
      all.set(LONG, header + CONTROL_LENGTH, 0);
      return;
    }
    long entry = control(message);
    all.set(LONG, header + CONTROL_LENGTH, SEGMENT_CONTROL_SPACE);
    all.set(LONG, entry, SEGMENT_CONTROL_LENGTH);
    all.set(INT, entry + 8, SOL_UDP);
    all.set(INT, entry + 12, UDP_SEGMENT);
    all.set(ValueLayout.JAVA_SHORT_UNALIGNED, entry + CONTROL_HEADER_BYTES, (short) segmentBytes);
  }

  /**
   * Sends prepared messages.
   *
   * @param first the first
   * @param count how many, at least 1
   * @return how many were sent, at least 1, or the negated error number of the first
   */
  public int send(UdpSocket socket, int first, int count) {
    return DatagramCalls.sendMany(
        socket.fileDescriptor(),
        memory.address() + (long) first * HEADER_BYTES,
        count,
        MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    memory.close();
  }
}
