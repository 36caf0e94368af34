package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Asks which TCP ports are listened on in one network namespace, by sock_diag (linux/inet_diag.h):
 * the kernel walks through its listening sockets alone. For one thread at a time.
 */
public final class ListeningSockets implements AutoCloseable {
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_LISTEN = 10;
  private static final int ADDRESS_WORDS = 8;
  private static final int NO_COOKIE = -1;

  /**
   * Offset of the source port in struct inet_diag_msg: behind family, state, timer, retransmits.
   */
  private static final int PORT_OFFSET = 4;

  private final NetlinkSocket socket;

  private ListeningSockets(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens a client of the calling thread's network namespace. It stays with that namespace, from
   * whichever thread it is used.
   *
   * @throws LinuxException when the kernel refuses
   */
  public static ListeningSockets open() throws LinuxException {
    return new ListeningSockets(NetlinkSocket.open(NETLINK_SOCK_DIAG, "sock_diag"));
  }

  /**
   * True when a socket listens on the port, of IPv4 or IPv6, at any address.
   *
   * @param port 1 to 65535
   * @throws LinuxException when the kernel cannot be asked: ENOENT where it has no INET_DIAG
   */
  public boolean contains(int port) throws LinuxException {
    return contains(AF_INET, port) || contains(AF_INET6, port);
  }

  private boolean contains(int family, int port) throws LinuxException {
    boolean[] found = new boolean[1];
    try (Arena arena = Arena.ofConfined()) {
      // struct inet_diag_req_v2; the port as source filters, the rest of the socket's id is open
      NetlinkMessage message =
          new NetlinkMessage(arena, SOCK_DIAG_BY_FAMILY, 0)
              .bytes(family, IPPROTO_TCP, 0, 0)
              .word(1 << TCP_LISTEN)
              .bytes(port >> 8, port, 0, 0);
      for (int i = 0; i < ADDRESS_WORDS + 1; i++) {
        message.word(0);
      }
      message.word(NO_COOKIE).word(NO_COOKIE);
      socket.dump(
          message,
          "listening sockets on port " + port,
          answer -> found[0] |= sourcePort(answer) == port);
    }
    return found[0];
  }

  private static int sourcePort(MemorySegment answer) {
    return Byte.toUnsignedInt(answer.get(ValueLayout.JAVA_BYTE, PORT_OFFSET)) << 8
        | Byte.toUnsignedInt(answer.get(ValueLayout.JAVA_BYTE, PORT_OFFSET + 1L));
  }

  @Override
  public void close() {
    socket.close();
  }
}
