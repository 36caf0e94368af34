package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Has the kernel note when a packet comes to a TUN device whose reader has taken all earlier notes:
 * each device has one cell, which an eBPF filter of the device sets to the time ({@link
 * MonotonicClock}) when it is empty. So the note is never earlier than the arrival of the packet
 * that is read next, however late the reader wakes up. The filter lets every packet pass.
 *
 * <p>One thread takes notes, without a system call and without allocating. The filters end with
 * their devices, the cells with this object.
 */
public final class ArrivalStamps implements AutoCloseable {
  private static final int BPF_MAP_CREATE = 0;
  private static final int BPF_PROG_LOAD = 5;
  private static final int BPF_MAP_TYPE_ARRAY = 2;
  private static final int BPF_F_MMAPABLE = 1 << 10;
  private static final int BPF_PROG_TYPE_SOCKET_FILTER = 1;
  private static final int ATTRIBUTE_BYTES = 128;
  private static final int INSTRUCTION_BYTES = 8;
  private static final long TUNSETFILTEREBPF = 0x800454e1L;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final long PAGE_BYTES = 4096;
  private static final String LICENSE = "Apache-2.0";

  /** A line of the processors' caches each, so that devices do not disturb one another. */
  private static final int CELL_BYTES = 64;

  private static final VarHandle CELL = ValueLayout.JAVA_LONG.varHandle();

  private final int map;
  private final long address;
  private final long byteSize;
  private final MemorySegment cells;

  private ArrivalStamps(int map, long address, long byteSize) {
    this.map = map;
    this.address = address;
    this.byteSize = byteSize;
    this.cells = MemorySegment.ofAddress(address).reinterpret(byteSize);
  }

  /**
   * Makes the cells.
   *
   * @param devices how many devices at most
   * @throws LinuxException when the kernel refuses: EPERM without CAP_BPF in the first user
   *     namespace, ENOSYS or EINVAL without eBPF
   */
  public static ArrivalStamps open(int devices) throws LinuxException {
    long byteSize = ((long) devices * CELL_BYTES + PAGE_BYTES - 1) & -PAGE_BYTES;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
      attribute.set(Native.INT, 0, BPF_MAP_TYPE_ARRAY);
      attribute.set(Native.INT, 4, Integer.BYTES);
      attribute.set(Native.INT, 8, (int) byteSize);
      attribute.set(Native.INT, 12, 1);
      attribute.set(Native.INT, 16, BPF_F_MMAPABLE);
      int map =
          (int)
              Native.check(
                  FileCalls.bpf(BPF_MAP_CREATE, attribute.address(), ATTRIBUTE_BYTES),
                  "bpf",
                  "BPF_MAP_CREATE");
      long mapped = FileCalls.mmap(0, byteSize, PROT_READ_WRITE, MAP_SHARED, map, 0);
      if (mapped < 0) {
        FileDescriptors.close(map);
        throw Native.failure((int) -mapped, "mmap", "eBPF map", byteSize);
      }
      return new ArrivalStamps(map, mapped, byteSize);
    }
  }

  /**
   * Has arrivals at a device noted from now on, until the device goes.
   *
   * @param index which cell, from 0
   * @throws LinuxException when the kernel refuses
   */
  public void attach(int index, TunDevice device) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = program(arena, index * CELL_BYTES);
      MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
      attribute.set(Native.INT, 0, BPF_PROG_TYPE_SOCKET_FILTER);
      attribute.set(Native.INT, 4, (int) program.byteSize() / INSTRUCTION_BYTES);
      attribute.set(Native.LONG, 8, program.address());
      attribute.set(Native.LONG, 16, arena.allocateFrom(LICENSE).address());
      int loaded =
          (int)
              Native.check(
                  FileCalls.bpf(BPF_PROG_LOAD, attribute.address(), ATTRIBUTE_BYTES),
                  "bpf",
                  "BPF_PROG_LOAD");
      try {
        MemorySegment argument = arena.allocateFrom(Native.INT, loaded);
        Native.check(
            FileCalls.ioctl(device.fileDescriptor(), TUNSETFILTEREBPF, argument.address()),
            "ioctl",
            "TUNSETFILTEREBPF");
      } finally {
        FileDescriptors.close(loaded);
      }
      clear(index);
    }
  }

  /** The filter in words: if the cell is 0, the cell becomes the time; the packet passes whole. */
  private MemorySegment program(Arena arena, int offset) {
    // Instruction: code, registers (destination + 16 * source), jump, immediate (kernel
    // documentation, "BPF Instruction Set Architecture"; codes as in <linux/bpf.h>)
    long[] instructions = {
      instruction(0x18, 6 + 16 * 2, 0, map), // r6 = address of the map's value ...
      instruction(0, 0, 0, offset), // ... + offset
      instruction(0x79, 1 + 16 * 6, 0, 0), // r1 = *r6
      instruction(0x55, 1, 2, 0), // if r1 != 0, over the next two
      instruction(0x85, 0, 0, 5), // r0 = bpf_ktime_get_ns()
      instruction(0x7b, 6, 0, 0), // *r6 = r0
      instruction(0xb4, 0, 0, -1), // r0 = most bytes to keep of the packet
      instruction(0x95, 0, 0, 0) // return
    };
    return arena.allocateFrom(ValueLayout.JAVA_LONG, instructions);
  }

  private static long instruction(int code, int registers, int jump, int immediate) {
    return code | (long) registers << 8 | (long) jump << 16 | (long) immediate << 32;
  }

  /** When the packet that is read next came, or later; 0 when nothing was noted. */
  public long stamp(int index) {
    return (long) CELL.getOpaque(cells, (long) index * CELL_BYTES);
  }

  /** Has the next arrival noted. */
  public void clear(int index) {
    CELL.setOpaque(cells, (long) index * CELL_BYTES, 0L);
  }

  /** Gives the cells back; nobody may be taking notes any more. */
  @Override
  public void close() {
    FileDescriptors.close(map);
    if (FileCalls.munmap(address, byteSize) < 0) {
      throw new IllegalStateException("munmap of " + byteSize + " mapped bytes failed");
    }
  }
}
