package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The loopback device of the calling thread's network namespace. */
final class LoopbackDevice {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | FileDescriptors.O_CLOEXEC;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final short IFF_UP = 1;
  // struct ifreq: 16 bytes of name, then a union; the flags are a short
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS = 16;

  private LoopbackDevice() {}

  static void up() throws LinuxException {
    int socket =
        Native.check(
            SocketCalls.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), "socket", "AF_INET", "SOCK_DGRAM");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
      request.setString(0, "lo");
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, IFF_UP);
      Native.check(
          FileCalls.ioctl(socket, SIOCSIFFLAGS, request.address()),
          "ioctl",
          "SIOCSIFFLAGS",
          "lo",
          "IFF_UP");
    } finally {
      FileDescriptors.close(socket);
    }
  }
}
