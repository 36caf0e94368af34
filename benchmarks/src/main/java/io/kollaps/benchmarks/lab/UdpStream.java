package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.Errno;
import io.kollaps.linux.InetSocket;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One UDP flow of equal packets; they are counted where the receiving program gets them. */
public final class UdpStream implements AutoCloseable {
  /** IP and UDP headers. */
  public static final int HEADER_BYTES = 28;

  private static final int MEMORY_BYTES = 128 << 10;
  private static final int RECEIVE_BYTES = 64 << 10;
  private static final int BUFFER_BYTES = 8 << 20;
  private static final long PAUSE_NANOS = 500_000;
  private static final double NANOS_PER_SECOND = 1e9;

  /** As fast as the sender can. */
  public static final double FLOOD = 0;

  private final InetSocket sending;
  private final InetSocket receiving;
  private final OffHeapMemory memory;
  private final int payloadBytes;
  private final double packetsPerSecond;
  private final long most;
  private final long begin = System.nanoTime();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final Worker receiver;
  private final Worker sender;

  private UdpStream(
      InetSocket sending,
      InetSocket receiving,
      OffHeapMemory memory,
      int payloadBytes,
      double packetsPerSecond,
      long most) {
    this.sending = sending;
    this.receiving = receiving;
    this.memory = memory;
    this.payloadBytes = payloadBytes;
    this.packetsPerSecond = packetsPerSecond;
    this.most = most;
    this.receiver = new Worker("udp-receiver", this::receive);
    this.sender = new Worker("udp-sender", this::send);
  }

  /**
   * Starts to send.
   *
   * @param payloadBytes payload of each packet
   * @param packetsPerSecond what is offered; {@link #FLOOD} for all that the sender can
   * @param most number of packets after which it stops; {@code Long.MAX_VALUE} for none
   */
  public static UdpStream start(
      Station from, Station to, int payloadBytes, double packetsPerSecond, long most)
      throws BenchmarkException {
    InetSocket sending = null;
    InetSocket receiving = null;
    UdpStream made = null;
    try {
      receiving = to.namespace().inside(() -> InetSocket.udp(to.address()));
      sending = from.namespace().inside(() -> InetSocket.udp(from.address()));
      receiving.setBufferBytes(BUFFER_BYTES);
      sending.connect(to.address(), receiving.localPort());
      made =
          new UdpStream(
              sending,
              receiving,
              OffHeapMemory.map(MEMORY_BYTES),
              payloadBytes,
              packetsPerSecond,
              most);
      return made;
    } catch (LinuxException e) {
      throw new BenchmarkException("cannot send UDP to measure: " + e.getMessage(), e);
    } finally {
      if (made == null && sending != null) {
        sending.close();
      }
      if (made == null && receiving != null) {
        receiving.close();
      }
    }
  }

  private boolean receive() {
    long got = receiving.receive(memory.address() + RECEIVE_BYTES, RECEIVE_BYTES);
    if (got == payloadBytes) {
      received.lazySet(received.getPlain() + 1);
    }
    return got >= 0 || got == -Errno.EAGAIN || got == -Errno.EINTR;
  }

  private boolean send() {
    long due = Long.MAX_VALUE;
    if (packetsPerSecond > FLOOD) {
      due = (long) ((System.nanoTime() - begin) / NANOS_PER_SECOND * packetsPerSecond);
    }
    due = Math.min(Math.min(due, most), sent.getPlain() + 64);
    if (due <= sent.getPlain()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    while (sent.getPlain() < due && sending.send(memory.address(), payloadBytes) > 0) {
      sent.lazySet(sent.getPlain() + 1);
    }
    return sent.getPlain() < most;
  }

  /** Packets sent so far. */
  public long sentPackets() {
    return sent.get();
  }

  /** Packets that the receiving program has got so far. */
  public long receivedPackets() {
    return received.get();
  }

  /** Payload bytes that the receiving program has got so far. */
  public long receivedBytes() {
    return received.get() * payloadBytes;
  }

  /** Waits until all packets are sent; false when they were not in time. */
  public boolean awaitSent(long nanos) throws InterruptedException {
    return sender.await(nanos);
  }

  /** Stops. */
  @Override
  public void close() throws BenchmarkException {
    try (receiver) {
      sender.close();
    } finally {
      sending.close();
      receiving.close();
      memory.close();
    }
  }
}
