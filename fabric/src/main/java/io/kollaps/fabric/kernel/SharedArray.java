package io.kollaps.fabric.kernel;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.bpf.BpfMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Memory of a kernel's array that programs read and write at the same time. A store here is seen by
 * the programs with all stores before it; a load sees all that the programs had stored before what
 * it reads. For any thread, until it is closed.
 */
final class SharedArray implements AutoCloseable {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();

  private final OffHeapMemory memory;
  private final MemorySegment segment;

  private SharedArray(OffHeapMemory memory) {
    this.memory = memory;
    this.segment = MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
  }

  static SharedArray of(BpfMap map) throws LinuxException {
    return new SharedArray(map.share());
  }

  long get(long offset) {
    return (long) LONG.getAcquire(segment, offset);
  }

  int getInt(long offset) {
    return (int) INT.getAcquire(segment, offset);
  }

  /** Reads two bytes without a sign. */
  int getShort(long offset) {
    return Short.toUnsignedInt((short) SHORT.getAcquire(segment, offset));
  }

  void set(long offset, long value) {
    LONG.setRelease(segment, offset, value);
  }

  void setInt(long offset, int value) {
    INT.setRelease(segment, offset, value);
  }

  /** Writes the lower two bytes. */
  void setShort(long offset, int value) {
    SHORT.setRelease(segment, offset, (short) value);
  }

  void addInt(long offset, int value) {
    var _ = (int) INT.getAndAdd(segment, offset, value);
  }

  /** Reads a word and leaves 0 in one step. */
  long take(long offset) {
    return get(offset) == 0 ? 0 : (long) LONG.getAndSet(segment, offset, 0L);
  }

  long byteSize() {
    return segment.byteSize();
  }

  @Override
  public void close() {
    memory.close();
  }
}
