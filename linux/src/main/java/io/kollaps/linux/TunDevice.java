package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TUN device: what programs send through it is read here, what is written here they receive.
 * Every packet is preceded by a virtio_net_hdr of {@link #HEADER_BYTES} bytes, which carries
 * unfinished checksums and super-packets (many TCP segments under one header). The device
 * disappears when the descriptor is closed, however the process ends.
 */
public final class TunDevice implements AutoCloseable {
  /** Bytes of virtio_net_hdr before every packet. */
  public static final int HEADER_BYTES = 10;

  private static final String CONTROL = "/dev/net/tun";
  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final long TUNSETFILTEREBPF = 0x800454e1L;
  private static final short IFF_TUN_NO_PI_VNET_HDR = 0x0001 | 0x1000 | 0x4000;
  private static final long TUN_F_CSUM_TSO4_TSO6 = 1 | 2 | 4;
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS = 16;
  private static final int LONGEST_NAME = 15;

  private final int fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  private TunDevice(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Makes one in the calling thread's network namespace, down and without addresses; the descriptor
   * does not block.
   *
   * @param name its name, 1 to 15 ASCII characters
   * @throws LinuxException when it cannot be made: ENOENT when the kernel has no TUN, EPERM without
   *     CAP_NET_ADMIN in the namespace, EBUSY when the name is taken
   */
  public static TunDevice create(String name) throws LinuxException {
    if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException("not the name of a network device: " + name);
    }
    int opened =
        FileDescriptors.open(
            CONTROL,
            FileDescriptors.O_RDWR | FileDescriptors.O_NONBLOCK | FileDescriptors.O_CLOEXEC);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, IFF_TUN_NO_PI_VNET_HDR);
      Native.check(
          FileCalls.ioctl(opened, TUNSETIFF, request.address()), "ioctl", "TUNSETIFF", name);
      Native.check(
          FileCalls.ioctl(opened, TUNSETOFFLOAD, TUN_F_CSUM_TSO4_TSO6),
          "ioctl",
          "TUNSETOFFLOAD",
          "CSUM|TSO4|TSO6");
      return new TunDevice(opened);
    } catch (LinuxException e) {
      FileDescriptors.close(opened);
      throw e;
    }
  }

  /**
   * Has an eBPF program look at every packet that is to be read here, when it comes. The device
   * keeps the program.
   *
   * @param program descriptor of a loaded socket filter
   * @throws LinuxException when the kernel refuses: EINVAL before Linux 4.16
   */
  public void setFilter(int program) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_INT, program);
      Native.check(
          FileCalls.ioctl(fileDescriptor, TUNSETFILTEREBPF, argument.address()),
          "ioctl",
          "TUNSETFILTEREBPF");
    }
  }

  /** Where its packets are read and written. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /** Takes the device away. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FileDescriptors.close(fileDescriptor);
    }
  }
}
