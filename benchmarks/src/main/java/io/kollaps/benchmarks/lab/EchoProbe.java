package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.InetSocket;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Round-trip times of ICMP echoes: from just before an echo is handed to the kernel until the
 * kernel's own time stamp of the answer at the device. The other end's kernel answers, so that no
 * program has to wake up in between.
 */
public final class EchoProbe implements AutoCloseable {
  /** Most echoes of one probe: their number has 16 bits. */
  public static final int MAX_ECHOES = 65_535;

  private static final int ECHO_BYTES = 64;
  private static final int IP_HEADER_BYTES = 20;
  private static final int MEMORY_BYTES = 4096;
  private static final int RECEIVE_OFFSET = 1024;
  private static final byte ECHO_REQUEST = 8;
  private static final byte ECHO_REPLY = 0;
  private static final ValueLayout.OfShort NET_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final InetSocket socket;
  private final OffHeapMemory memory;
  private final MemorySegment bytes;
  private final int identifier;
  private final long[] sentNanos;
  private final long[] arrivedNanos;
  private final long intervalNanos;
  private final long begin = System.nanoTime();
  private volatile int sent;
  private final Worker receiver;
  private final Worker sender;

  private EchoProbe(InetSocket socket, OffHeapMemory memory, int echoes, long intervalNanos) {
    this.socket = socket;
    this.memory = memory;
    this.bytes = MemorySegment.ofAddress(memory.address()).reinterpret(MEMORY_BYTES);
    this.identifier = System.identityHashCode(this) & 0xffff;
    this.sentNanos = new long[echoes];
    this.arrivedNanos = new long[echoes];
    this.intervalNanos = intervalNanos;
    this.receiver = new Worker("echo-receiver", this::receive);
    this.sender = new Worker("echo-sender", this::send);
  }

  /**
   * Starts to send echoes.
   *
   * @param from where from
   * @param to whom
   * @param echoes how many, up to {@link #MAX_ECHOES}
   * @param intervalNanos time from one to the next
   */
  public static EchoProbe start(Station from, Station to, int echoes, long intervalNanos)
      throws BenchmarkException {
    if (echoes < 1 || echoes > MAX_ECHOES) {
      throw new IllegalArgumentException(echoes + " echoes; 1 to " + MAX_ECHOES + " are possible");
    }
    try {
      InetSocket socket = from.namespace().inside(() -> InetSocket.icmp(from.address()));
      socket.setBufferBytes(1 << 20);
      socket.arrivalNanos();
      socket.connect(to.address(), 0);
      return new EchoProbe(socket, OffHeapMemory.map(MEMORY_BYTES), echoes, intervalNanos);
    } catch (LinuxException e) {
      throw new BenchmarkException("cannot send echoes to measure: " + e.getMessage(), e);
    }
  }

  private boolean send() {
    int number = sent;
    long wait = begin + number * intervalNanos - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(Math.min(wait, InetSocket.WAIT_MILLIS * 1_000_000L));
      return true;
    }
    bytes.asSlice(0, ECHO_BYTES).fill((byte) 0);
    bytes.set(ValueLayout.JAVA_BYTE, 0, ECHO_REQUEST);
    bytes.set(NET_SHORT, 4, (short) identifier);
    bytes.set(NET_SHORT, 6, (short) number);
    bytes.set(NET_SHORT, 2, checksum());
    sentNanos[number] = socket.realTimeNanos();
    if (socket.send(memory.address(), ECHO_BYTES) != ECHO_BYTES) {
      sentNanos[number] = 0;
    }
    sent = number + 1;
    return sent < sentNanos.length;
  }

  /** The internet checksum (RFC 1071): the rest of the packet is zero. */
  private short checksum() {
    int sum = 0;
    for (int at = 0; at < 8; at += 2) {
      sum += Short.toUnsignedInt(bytes.get(NET_SHORT, at));
    }
    return (short) ~((sum & 0xffff) + (sum >>> 16));
  }

  private boolean receive() {
    long got = socket.receive(memory.address() + RECEIVE_OFFSET, RECEIVE_OFFSET);
    if (got < IP_HEADER_BYTES + ECHO_BYTES) {
      return true;
    }
    long at = RECEIVE_OFFSET + IP_HEADER_BYTES;
    boolean own =
        bytes.get(ValueLayout.JAVA_BYTE, at) == ECHO_REPLY
            && Short.toUnsignedInt(bytes.get(NET_SHORT, at + 4)) == identifier;
    int number = Short.toUnsignedInt(bytes.get(NET_SHORT, at + 6));
    if (own && number < arrivedNanos.length) {
      long arrived = socket.arrivalNanos();
      arrivedNanos[number] = arrived < 0 ? socket.realTimeNanos() : arrived;
    }
    return true;
  }

  /**
   * Waits for the echoes and gives their times.
   *
   * @param lastNanos how long to wait for answers after the last echo was sent
   * @return round-trip times in milliseconds of those that came back, in the order sent
   * @throws BenchmarkException when none came back
   */
  public double[] roundTripMillis(long lastNanos) throws BenchmarkException, InterruptedException {
    long bound =
        begin + 2L * sentNanos.length * intervalNanos + 10_000_000_000L - System.nanoTime();
    sender.await(Math.max(1, bound));
    java.util.concurrent.TimeUnit.NANOSECONDS.sleep(lastNanos);
    close();
    double[] times = new double[sentNanos.length];
    int count = 0;
    for (int i = 0; i < times.length; i++) {
      if (arrivedNanos[i] != 0 && sentNanos[i] != 0) {
        times[count++] = (arrivedNanos[i] - sentNanos[i]) / 1e6;
      }
    }
    if (count == 0) {
      throw new BenchmarkException("no echo came back");
    }
    return Arrays.copyOf(times, count);
  }

  private boolean closed;

  /** Stops. */
  @Override
  public void close() throws BenchmarkException {
    if (closed) {
      return;
    }
    closed = true;
    try (receiver) {
      sender.close();
    } finally {
      socket.close();
      memory.close();
    }
  }
}
