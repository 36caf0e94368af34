package io.kollaps.linux.bpf;

/**
 * What a map is to be made like; the same five numbers as in the programs' source.
 *
 * @param name its name, at most 15 characters are kept by the kernel
 * @param type enum bpf_map_type in linux/bpf.h
 * @param keyBytes size of a key
 * @param valueBytes size of a value
 * @param mostEntries number of entries; 0 when it is not known before it is made
 * @param flags BPF_F_ flags
 */
public record MapDefinition(
    String name, int type, int keyBytes, int valueBytes, int mostEntries, int flags) {
  /** Type: hash table. */
  public static final int HASH = 1;

  /** Type: array. */
  public static final int ARRAY = 2;

  /** Type: an array with one copy of each entry for each processor. */
  public static final int PERCPU_ARRAY = 6;

  /** Type: array of maps. */
  public static final int ARRAY_OF_MAPS = 12;

  /** Flag: entries get their memory when they come. */
  public static final int NO_PREALLOC = 1;

  /** Flag: memory can be shared with this process. */
  public static final int MMAPABLE = 1 << 10;

  /** The same with so many entries. */
  public MapDefinition withEntries(int entries) {
    return new MapDefinition(name, type, keyBytes, valueBytes, entries, flags);
  }
}
