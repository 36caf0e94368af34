package io.kollaps.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Socket addresses in native memory: struct sockaddr_in and struct sockaddr_in6. */
public final class SocketAddresses {
  /** Room for either. */
  public static final int BYTES = 32;

  /** Where the bytes of an IPv4 address are. */
  public static final int IPV4_AT = 4;

  /** Where the bytes of an IPv6 address are. */
  public static final int IPV6_AT = 8;

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final int IPV4_BYTES = 16;
  private static final int IPV6_BYTES = 28;
  private static final int SCOPE_AT = 24;

  private SocketAddresses() {}

  /**
   * Writes one.
   *
   * @param at where to, {@link #BYTES} of room
   * @return its length
   */
  public static int write(long at, InetAddress address, int port) {
    MemorySegment memory = MemorySegment.ofAddress(at).reinterpret(BYTES);
    memory.fill((byte) 0);
    byte[] bytes = address.getAddress();
    boolean version6 = address instanceof Inet6Address;
    memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, version6 ? AF_INET6 : AF_INET);
    memory.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
    memory.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
    MemorySegment.copy(
        bytes, 0, memory, ValueLayout.JAVA_BYTE, version6 ? IPV6_AT : IPV4_AT, bytes.length);
    if (address instanceof Inet6Address inet6) {
      memory.set(ValueLayout.JAVA_INT_UNALIGNED, SCOPE_AT, inet6.getScopeId());
      return IPV6_BYTES;
    }
    return IPV4_BYTES;
  }
}
