package io.kollaps.linux.bpf;

import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.TunDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Has the kernel note when a packet comes to a TUN device whose reader has taken all earlier notes:
 * each device has one cell, which an eBPF filter of the device sets to the time ({@link
 * io.kollaps.linux.MonotonicClock}) when it is empty. So the note is never earlier than the arrival
 * of the packet that is read next, however late the reader wakes up. The filter lets every packet
 * pass.
 *
 * <p>One thread takes notes, without a system call and without allocating. The filters end with
 * their devices, the cells with this object.
 */
public final class ArrivalStamps implements AutoCloseable {
  private static final int SOCKET_FILTER = 1;
  private static final int PROGRAM_BYTES = 24;
  private static final String LICENSE = "Apache-2.0";

  /** A line of the processors' caches each, so that devices do not disturb one another. */
  private static final int CELL_BYTES = 64;

  private static final VarHandle CELL = ValueLayout.JAVA_LONG.varHandle();

  private final BpfMap map;
  private final OffHeapMemory memory;
  private final MemorySegment cells;

  private ArrivalStamps(BpfMap map, OffHeapMemory memory) {
    this.map = map;
    this.memory = memory;
    this.cells = MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
  }

  /**
   * Makes the cells.
   *
   * @param devices how many devices at most
   * @throws LinuxException when the kernel refuses: EPERM without CAP_BPF in the first user
   *     namespace, ENOSYS or EINVAL without eBPF
   */
  public static ArrivalStamps open(int devices) throws LinuxException {
    // one value for all cells: a program gets at the value of an array's first entry by address
    BpfMap map =
        BpfMap.create(
            new MapDefinition(
                "arrivals",
                MapDefinition.ARRAY,
                Integer.BYTES,
                devices * CELL_BYTES,
                1,
                MapDefinition.MMAPABLE));
    try {
      return new ArrivalStamps(map, map.share());
    } catch (LinuxException e) {
      map.close();
      throw e;
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
      int loaded =
          new Attributes(arena, PROGRAM_BYTES)
              .word(0, SOCKET_FILTER)
              .word(4, (int) program.byteSize() / ProgramCode.INSTRUCTION_BYTES)
              .pointer(8, program)
              .pointer(16, arena.allocateFrom(LICENSE))
              .call(Attributes.PROGRAM_LOAD, "load the filter that notes arrivals");
      try {
        device.setFilter(loaded);
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
      instruction(0x18, 6 + 16 * 2, 0, map.fileDescriptor()), // r6 = address of the map's value ...
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
    map.close();
    memory.close();
  }
}
