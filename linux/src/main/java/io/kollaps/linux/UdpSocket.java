package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A UDP socket for packets of a fixed largest size: it never blocks, its datagrams may not be
 * fragmented, many of one size are given to the kernel as one and taken from it as one (UDP
 * segmentation and receive offload), and what the kernel drops for lack of room is counted.
 * Datagrams are sent and received by {@link DatagramBatch}.
 *
 * <p>It belongs to the network namespace of the thread that opens it, from whichever thread it is
 * used.
 */
public final class UdpSocket implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int SOL_IP = 0;
  private static final int SOL_SOCKET = 1;
  private static final int SOL_UDP = 17;
  private static final int SOL_IPV6 = 41;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_RXQ_OVFL = 40;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_DONTFRAG = 62;
  private static final int UDP_GRO = 104;

  /** Never fragment, and believe no router's word of a smaller path: anybody may send one. */
  private static final int PMTUDISC_PROBE = 3;

  private final int fileDescriptor;
  private final int port;
  private final AtomicBoolean closed = new AtomicBoolean();

  private UdpSocket(int fileDescriptor, int port) {
    this.fileDescriptor = fileDescriptor;
    this.port = port;
  }

  /**
   * Opens one.
   *
   * @param address where it sends from and receives, IPv4 or IPv6
   * @param port its port; 0 for one that is free
   * @param bufferBytes room for what is to be sent, and for what came; less where the system's
   *     limit is lower and may not be exceeded
   * @throws LinuxException EADDRINUSE when the port is taken, EADDRNOTAVAIL when the address is not
   *     of this namespace
   */
  public static UdpSocket bind(InetAddress address, int port, int bufferBytes)
      throws LinuxException {
    boolean version6 = address instanceof Inet6Address;
    int opened =
        Native.check(
            SocketCalls.socket(version6 ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0),
            "socket",
            "SOCK_DGRAM");
    try (Arena arena = Arena.ofConfined()) {
      if (version6) {
        set(opened, SOL_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
        set(opened, SOL_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_PROBE, "IPV6_MTU_DISCOVER");
        set(opened, SOL_IPV6, IPV6_DONTFRAG, 1, "IPV6_DONTFRAG");
      } else {
        set(opened, SOL_IP, IP_MTU_DISCOVER, PMTUDISC_PROBE, "IP_MTU_DISCOVER");
      }
      set(opened, SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
      set(opened, SOL_UDP, UDP_GRO, 1, "UDP_GRO");
      setBuffer(opened, SO_SNDBUFFORCE, SO_SNDBUF, bufferBytes, "SO_SNDBUF");
      setBuffer(opened, SO_RCVBUFFORCE, SO_RCVBUF, bufferBytes, "SO_RCVBUF");
      MemorySegment name = arena.allocate(SocketAddresses.BYTES, 8);
      int length = SocketAddresses.write(name.address(), address, port);
      Native.check(
          SocketCalls.bind(opened, name.address(), length), "bind", address.getHostAddress(), port);
      return new UdpSocket(opened, boundPort(opened, arena));
    } catch (LinuxException e) {
      FileDescriptors.close(opened);
      throw e;
    }
  }

  private static int boundPort(int socket, Arena arena) throws LinuxException {
    MemorySegment name = arena.allocate(SocketAddresses.BYTES, 8);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.BYTES);
    Native.check(
        InetSocketCalls.socketName(socket, name.address(), length.address()), "getsockname");
    return Byte.toUnsignedInt(name.get(ValueLayout.JAVA_BYTE, 2)) << 8
        | Byte.toUnsignedInt(name.get(ValueLayout.JAVA_BYTE, 3));
  }

  private static void setBuffer(int socket, int forced, int limited, int bytes, String what)
      throws LinuxException {
    try {
      set(socket, SOL_SOCKET, forced, bytes, what);
    } catch (LinuxException e) {
      // it takes CAP_NET_ADMIN; the system's limit then
      set(socket, SOL_SOCKET, limited, bytes, what);
    }
  }

  private static void set(int socket, int level, int name, int value, String what)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      Native.check(
          SocketCalls.setOption(socket, level, name, memory.address(), Integer.BYTES),
          "setsockopt",
          what,
          value);
    }
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** Its descriptor. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /** Closes; no other thread may be using it any more. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FileDescriptors.close(fileDescriptor);
    }
  }
}
