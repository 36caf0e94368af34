package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.Errno;
import io.kollaps.linux.InetSocket;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** One greedy TCP flow; bytes are counted where the receiving program gets them. */
public final class TcpTransfer implements AutoCloseable {
  private static final int SEND_BYTES = 128 << 10;
  private static final int RECEIVE_BYTES = 256 << 10;
  private static final int CONNECT_TRIES = 100;

  private final InetSocket sending;
  private final InetSocket receiving;
  private final OffHeapMemory memory;
  private final AtomicLong received = new AtomicLong();
  private final Worker receiver;
  private final Worker sender;

  private TcpTransfer(InetSocket sending, InetSocket receiving, OffHeapMemory memory) {
    this.sending = sending;
    this.receiving = receiving;
    this.memory = memory;
    this.receiver = new Worker("tcp-receiver", this::receive);
    this.sender = new Worker("tcp-sender", this::send);
  }

  /**
   * Connects and starts to send.
   *
   * @param congestionControl for example {@code cubic}
   * @throws BenchmarkException when the kernel has not that congestion control, or nothing comes
   *     through
   */
  public static TcpTransfer start(Station from, Station to, String congestionControl)
      throws BenchmarkException {
    InetSocket sending = null;
    InetSocket receiving = null;
    TcpTransfer made = null;
    try (InetSocket listener = to.namespace().inside(() -> InetSocket.listen(to.address()))) {
      sending = from.namespace().inside(InetSocket::tcp);
      sending.setCongestionControl(congestionControl);
      receiving = accepted(listener, sending, to);
      made = new TcpTransfer(sending, receiving, OffHeapMemory.map(SEND_BYTES + RECEIVE_BYTES));
      return made;
    } catch (LinuxException e) {
      throw new BenchmarkException(
          "cannot send " + congestionControl + " TCP to measure: " + e.getMessage(), e);
    } finally {
      if (made == null) {
        closeAll(sending, receiving);
      }
    }
  }

  private static void closeAll(@org.jspecify.annotations.Nullable InetSocket... sockets) {
    for (InetSocket socket : sockets) {
      if (socket != null) {
        socket.close();
      }
    }
  }

  private static InetSocket accepted(InetSocket listener, InetSocket sending, Station to)
      throws LinuxException, BenchmarkException {
    boolean connected = false;
    for (int i = 0; i < CONNECT_TRIES; i++) {
      connected = connected || sending.connect(to.address(), listener.localPort());
      Optional<InetSocket> one = connected ? listener.accept() : Optional.empty();
      if (one.isPresent()) {
        return one.get();
      }
    }
    throw new BenchmarkException("no TCP connection to " + to.address().getHostAddress());
  }

  private boolean receive() {
    long got = receiving.receive(memory.address() + SEND_BYTES, RECEIVE_BYTES);
    if (got > 0) {
      received.lazySet(received.getPlain() + got);
    }
    return got > 0 || got == -Errno.EAGAIN || got == -Errno.EINTR;
  }

  private boolean send() {
    long gave = sending.send(memory.address(), SEND_BYTES);
    return gave >= 0 || gave == -Errno.EAGAIN || gave == -Errno.EINTR;
  }

  /** Payload bytes that the receiving program has got so far. */
  public long receivedBytes() {
    return received.get();
  }

  /** Stops, and throws away what is on its way. */
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
