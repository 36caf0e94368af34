package io.kollaps.linux.bpf;

import io.kollaps.linux.Errno;
import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A map of the kernel, held by a descriptor. It lives on after {@link #close} as long as a program,
 * another map or shared memory uses it.
 */
public final class BpfMap implements AutoCloseable {
  private static final int NO_DESCRIPTOR = 0;
  private static final int NOT_SUPPORTED = 524; // ENOTSUPP, which only the kernel's sources know

  private final MapDefinition definition;
  private final int fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BpfMap(MapDefinition definition, int fileDescriptor) {
    this.definition = definition;
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Makes a map.
   *
   * @throws LinuxException EPERM without CAP_BPF, ENOMEM, E2BIG, or EINVAL for what the kernel does
   *     not take
   */
  public static BpfMap create(MapDefinition definition) throws LinuxException {
    return create(definition, NO_DESCRIPTOR);
  }

  /**
   * Makes a map of maps.
   *
   * @param definition its definition
   * @param inner a map that is as those that it will hold
   * @throws LinuxException as {@link #create(MapDefinition)}
   */
  public static BpfMap createOuter(MapDefinition definition, BpfMap inner) throws LinuxException {
    return create(definition, inner.fileDescriptor);
  }

  private static BpfMap create(MapDefinition definition, int inner) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      Attributes attributes =
          new Attributes(arena, 48)
              .word(0, definition.type())
              .word(4, definition.keyBytes())
              .word(8, definition.valueBytes())
              .word(12, definition.mostEntries())
              .word(16, definition.flags())
              .word(20, inner)
              .name(28, definition.name());
      return new BpfMap(
          definition,
          attributes.call(
              Attributes.MAP_CREATE,
              "make map " + definition.name() + " of " + definition.mostEntries() + " entries"));
    }
  }

  /** How it was made. */
  public MapDefinition definition() {
    return definition;
  }

  /** The descriptor that holds it. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /**
   * Sets an entry.
   *
   * @param key bytes of the key
   * @param value bytes of the value
   * @throws LinuxException E2BIG when the map is full
   */
  public void put(byte[] key, byte[] value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      entry(arena, key)
          .pointer(16, copy(arena, value, definition.valueBytes()))
          .call(Attributes.MAP_UPDATE, "set an entry of map " + definition.name());
    }
  }

  /** Sets an entry whose key and value are ints. */
  public void put(int key, int value) throws LinuxException {
    put(bytes(key), bytes(value));
  }

  /** Sets an entry of a map of maps. */
  public void put(int key, BpfMap inner) throws LinuxException {
    put(bytes(key), bytes(inner.fileDescriptor));
  }

  /**
   * Sets entries of a map of maps. Where the kernel can (since Linux 5.19) it waits once, for
   * programs that still use the entries of before, and not once for each entry.
   *
   * @param entries inner maps by key
   * @throws LinuxException when one cannot be set; others may have been
   */
  public void putAll(Map<Integer, BpfMap> entries) throws LinuxException {
    if (entries.isEmpty()) {
      return;
    }
    int errno;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keys = arena.allocate(ValueLayout.JAVA_INT, entries.size());
      MemorySegment values = arena.allocate(ValueLayout.JAVA_INT, entries.size());
      int count = 0;
      for (Map.Entry<Integer, BpfMap> entry : entries.entrySet()) {
        keys.setAtIndex(ValueLayout.JAVA_INT, count, entry.getKey());
        values.setAtIndex(ValueLayout.JAVA_INT, count, entry.getValue().fileDescriptor);
        count++;
      }
      Attributes attributes =
          new Attributes(arena, 56)
              .pointer(16, keys)
              .pointer(24, values)
              .word(32, count)
              .word(36, fileDescriptor);
      errno = -attributes.tryCall(Attributes.MAP_UPDATE_BATCH);
    }
    if (errno == NOT_SUPPORTED) {
      for (Map.Entry<Integer, BpfMap> entry : entries.entrySet()) {
        put(entry.getKey(), entry.getValue());
      }
    } else if (errno > 0) {
      throw Attributes.failure(errno, "set entries of map " + definition.name());
    }
  }

  /**
   * Reads an entry.
   *
   * @param key bytes of the key
   * @param value where its value goes; for a map with one copy for each processor all copies
   * @return false when there is none
   */
  public boolean get(byte[] key, MemorySegment value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      int result = entry(arena, key).pointer(16, value).tryCall(Attributes.MAP_LOOKUP);
      return found(result, "read an entry of map ");
    }
  }

  /**
   * Removes an entry.
   *
   * @return false when there was none
   */
  public boolean remove(byte[] key) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      int result = entry(arena, key).tryCall(Attributes.MAP_DELETE);
      return found(result, "remove an entry of map ");
    }
  }

  /** Removes an entry whose key is an int. */
  public boolean remove(int key) throws LinuxException {
    return remove(bytes(key));
  }

  /**
   * The key after a key, in the map's own order, for walking over a map.
   *
   * @param key a key; an empty array to begin. A key that is gone begins anew.
   * @return the next key; empty at the end
   */
  public byte[] nextKey(byte[] key) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(definition.keyBytes(), 8);
      Attributes attributes = new Attributes(arena, 32).word(0, fileDescriptor).pointer(16, next);
      if (key.length > 0) {
        attributes.pointer(8, copy(arena, key, definition.keyBytes()));
      }
      int result = attributes.tryCall(Attributes.MAP_NEXT_KEY);
      return found(result, "walk over map ") ? next.toArray(ValueLayout.JAVA_BYTE) : new byte[0];
    }
  }

  private boolean found(int result, String what) throws LinuxException {
    if (result == -Errno.ENOENT) {
      return false;
    }
    if (result < 0) {
      throw Attributes.failure(-result, what + definition.name());
    }
    return true;
  }

  private Attributes entry(Arena arena, byte[] key) {
    return new Attributes(arena, 32)
        .word(0, fileDescriptor)
        .pointer(8, copy(arena, key, definition.keyBytes()));
  }

  private MemorySegment copy(Arena arena, byte[] bytes, int wanted) {
    // sizes of values in arrays of maps are those of descriptors
    if (bytes.length != wanted) {
      throw new IllegalArgumentException(
          bytes.length + " bytes for " + wanted + " of map " + definition.name());
    }
    MemorySegment segment = arena.allocate(wanted, 8);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, wanted);
    return segment;
  }

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[Integer.BYTES];
    MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
    return bytes;
  }

  /** Bytes between two entries of an array: sizes of values are rounded up to 8. */
  public long stride() {
    return (definition.valueBytes() + 7L) & ~7L;
  }

  /**
   * Shares the memory of an array that was made {@link MapDefinition#MMAPABLE}: entry i begins at i
   * times {@link #stride}. It stays valid after {@link #close} of the map.
   *
   * @throws LinuxException when it cannot be mapped
   */
  public OffHeapMemory share() throws LinuxException {
    return OffHeapMemory.mapShared(fileDescriptor, definition.mostEntries() * stride());
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FileDescriptors.close(fileDescriptor);
    }
  }
}
