package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An IPv4 socket for measuring: with what {@code java.net} does not offer, such as the choice of
 * the congestion control, ICMP, and the kernel's time of arrival.
 *
 * <p>A socket belongs to the network namespace of the thread that opens it, from whichever thread
 * it is used. Sending and receiving wait for {@link #WAIT_MILLIS} at most, so that a loop can look
 * whether it is still wanted. One thread may send while another receives.
 */
public final class InetSocket implements AutoCloseable {
  /** Longest wait of one sending, receiving, connecting or accepting. */
  public static final int WAIT_MILLIS = 100;

  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_LINGER = 13;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_RCVBUFFORCE = 33;
  private static final long SIOCGSTAMPNS = 0x8907;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ADDRESS_BYTES = 16;
  private static final int MICROS_PER_MILLI = 1000;
  private static final int CLOCK_REALTIME = 0;
  private static final int EISCONN = 106;
  private static final int EALREADY = 114;
  private static final int EINPROGRESS = 115;

  private final int fileDescriptor;
  private final OffHeapMemory time;

  private InetSocket(int fileDescriptor) throws LinuxException {
    this.fileDescriptor = fileDescriptor;
    this.time = OffHeapMemory.map(ADDRESS_BYTES);
  }

  private static InetSocket open(int type, int protocol) throws LinuxException {
    int made =
        Native.check(
            SocketCalls.socket(AF_INET, type | SOCK_CLOEXEC, protocol),
            "socket",
            "AF_INET",
            type,
            protocol);
    return prepared(made);
  }

  private static InetSocket prepared(int fileDescriptor) throws LinuxException {
    InetSocket socket = new InetSocket(fileDescriptor);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wait = arena.allocate(16, 8);
      wait.set(ValueLayout.JAVA_LONG, 8, (long) WAIT_MILLIS * MICROS_PER_MILLI);
      socket.set(SOL_SOCKET, SO_RCVTIMEO, wait, "SO_RCVTIMEO");
      socket.set(SOL_SOCKET, SO_SNDTIMEO, wait, "SO_SNDTIMEO");
      return socket;
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Listens for TCP at a free port.
   *
   * @throws LinuxException when the address is not one of this namespace
   */
  public static InetSocket listen(Inet4Address address) throws LinuxException {
    InetSocket socket = open(SOCK_STREAM, 0);
    try {
      socket.bind(address);
      Native.check(
          InetSocketCalls.listen(socket.fileDescriptor, 16), "listen", socket.fileDescriptor);
      return socket;
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /** Opens TCP that is not connected. When it is closed, what was not sent yet is thrown away. */
  public static InetSocket tcp() throws LinuxException {
    InetSocket socket = open(SOCK_STREAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment linger = arena.allocate(8, 4);
      linger.set(ValueLayout.JAVA_INT, 0, 1);
      socket.set(SOL_SOCKET, SO_LINGER, linger, "SO_LINGER");
      return socket;
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Opens UDP at a free port of an address.
   *
   * @throws LinuxException when the address is not one of this namespace
   */
  public static InetSocket udp(Inet4Address address) throws LinuxException {
    return bound(open(SOCK_DGRAM, 0), address);
  }

  /**
   * Opens ICMP at an address; what is received begins with the IP header.
   *
   * @throws LinuxException when it is not allowed: it takes CAP_NET_RAW in the namespace
   */
  public static InetSocket icmp(Inet4Address address) throws LinuxException {
    return bound(open(SOCK_RAW, IPPROTO_ICMP), address);
  }

  private static InetSocket bound(InetSocket socket, Inet4Address address) throws LinuxException {
    try {
      socket.bind(address);
      return socket;
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  private void bind(Inet4Address address) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      Native.check(
          SocketCalls.bind(
              fileDescriptor, socketAddress(arena, address, 0).address(), ADDRESS_BYTES),
          "bind",
          fileDescriptor,
          address.getHostAddress());
    }
  }

  /** Chooses the congestion control, for example {@code cubic}. */
  public void setCongestionControl(String name) throws LinuxException {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(bytes.length);
      value.copyFrom(MemorySegment.ofArray(bytes));
      set(IPPROTO_TCP, TCP_CONGESTION, value, "TCP_CONGESTION " + name);
    }
  }

  /**
   * Asks for buffers; above the system's limit only where this is allowed, else what the limit
   * gives.
   */
  public void setBufferBytes(int bytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(4, 4);
      value.set(ValueLayout.JAVA_INT, 0, bytes);
      set(SOL_SOCKET, SO_SNDBUF, value, "SO_SNDBUF");
      int forced =
          SocketCalls.setOption(fileDescriptor, SOL_SOCKET, SO_RCVBUFFORCE, value.address(), 4);
      if (forced < 0) {
        set(SOL_SOCKET, SO_RCVBUF, value, "SO_RCVBUF");
      }
    }
  }

  private void set(int level, int name, MemorySegment value, String what) throws LinuxException {
    Native.check(
        SocketCalls.setOption(fileDescriptor, level, name, value.address(), (int) value.byteSize()),
        "setsockopt",
        fileDescriptor,
        what);
  }

  /**
   * Sets where this socket sends, and that it receives from nobody else.
   *
   * @return false when the other end did not answer within {@link #WAIT_MILLIS}; call again then
   * @throws LinuxException when it refused, or there is no way
   */
  public boolean connect(Inet4Address address, int port) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          InetSocketCalls.connect(
              fileDescriptor, socketAddress(arena, address, port).address(), ADDRESS_BYTES);
      if (result == -EINPROGRESS || result == -EALREADY || result == -Errno.EINTR) {
        return false;
      }
      if (result == -EISCONN) {
        return true;
      }
      Native.check(result, "connect", fileDescriptor, address.getHostAddress(), port);
      return true;
    }
  }

  /**
   * Takes a connection.
   *
   * @return the connection, or a value without one when none came within {@link #WAIT_MILLIS}
   */
  public Optional<InetSocket> accept() throws LinuxException {
    int result = InetSocketCalls.accept(fileDescriptor, SOCK_CLOEXEC);
    if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return Optional.empty();
    }
    return Optional.of(prepared(Native.check(result, "accept4", fileDescriptor)));
  }

  /** Port of this end. */
  public int localPort() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
      MemorySegment length = arena.allocate(4, 4);
      length.set(ValueLayout.JAVA_INT, 0, ADDRESS_BYTES);
      Native.check(
          InetSocketCalls.socketName(fileDescriptor, address.address(), length.address()),
          "getsockname",
          fileDescriptor);
      return Byte.toUnsignedInt(address.get(ValueLayout.JAVA_BYTE, 2)) << 8
          | Byte.toUnsignedInt(address.get(ValueLayout.JAVA_BYTE, 3));
    }
  }

  /**
   * Sends.
   *
   * @param address where the bytes are
   * @param length how many
   * @return how many were taken, or the negated error number ({@code -EAGAIN} when none within
   *     {@link #WAIT_MILLIS})
   */
  public long send(long address, long length) {
    return SocketCalls.send(fileDescriptor, address, length, MSG_NOSIGNAL);
  }

  /**
   * Receives.
   *
   * @param address where the bytes go
   * @param length how many at most
   * @return how many came, 0 at the end of a connection, or the negated error number ({@code
   *     -EAGAIN} when none came within {@link #WAIT_MILLIS})
   */
  public long receive(long address, long length) {
    return SocketCalls.receive(fileDescriptor, address, length, 0);
  }

  /**
   * When the packet received last came to the device, on the clock of {@link #realTimeNanos}; -1
   * when the kernel did not note it. It notes times from the first call on.
   */
  public long arrivalNanos() {
    int result = InetSocketCalls.control(fileDescriptor, SIOCGSTAMPNS, time.address());
    return result < 0 ? -1 : nanos();
  }

  /** The clock of {@link #arrivalNanos}, now. */
  public long realTimeNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment now = arena.allocate(16, 8);
      if (ProcessCalls.clockGetTime(CLOCK_REALTIME, now.address()) < 0) {
        throw new IllegalStateException("this kernel has no CLOCK_REALTIME");
      }
      return now.get(Native.LONG, 0) * 1_000_000_000L + now.get(Native.LONG, 8);
    }
  }

  private long nanos() {
    MemorySegment read = MemorySegment.ofAddress(time.address()).reinterpret(ADDRESS_BYTES);
    return read.get(Native.LONG, 0) * 1_000_000_000L + read.get(Native.LONG, 8);
  }

  private static MemorySegment socketAddress(Arena arena, Inet4Address address, int port) {
    // struct sockaddr_in: family, port and address in network order, padding
    MemorySegment made = arena.allocate(ADDRESS_BYTES, 8);
    made.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
    made.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
    made.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
    MemorySegment.copy(address.getAddress(), 0, made, ValueLayout.JAVA_BYTE, 4, 4);
    return made;
  }

  /** Closes; no other thread may be using it any more. */
  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
    time.close();
  }
}
