package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends whole Ethernet frames through one device; it receives nothing. It belongs to the network
 * namespace of the thread that opens it.
 */
public final class PacketSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ADDRESS_BYTES = 20;

  private final int fileDescriptor;

  private PacketSocket(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Opens one.
   *
   * @param device index of the device
   * @throws LinuxException when it is not allowed: it takes CAP_NET_RAW in the namespace
   */
  public static PacketSocket open(int device) throws LinuxException {
    // protocol 0: nothing is received
    int opened =
        Native.check(
            SocketCalls.socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0), "socket", "AF_PACKET");
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_ll: family, protocol (network order), index of the device, zeros
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 4);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(ValueLayout.JAVA_INT, 4, device);
      Native.check(SocketCalls.bind(opened, address.address(), ADDRESS_BYTES), "bind", device);
      return new PacketSocket(opened);
    } catch (LinuxException e) {
      FileDescriptors.close(opened);
      throw e;
    }
  }

  /**
   * Sends a frame.
   *
   * @return 0, or the error number ({@link Errno})
   */
  public int send(byte[] frame) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(frame.length);
      bytes.copyFrom(MemorySegment.ofArray(frame));
      long sent = SocketCalls.send(fileDescriptor, bytes.address(), frame.length, MSG_NOSIGNAL);
      return sent < 0 ? (int) -sent : 0;
    }
  }

  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
  }
}
