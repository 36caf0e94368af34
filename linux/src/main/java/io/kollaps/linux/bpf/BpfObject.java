package io.kollaps.linux.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * What a compiled object holds: programs, definitions of maps, and other data.
 *
 * <p>The object is an ELF file as {@code clang -target bpf} makes it, without BTF: each program is
 * one function in an executable section of its own; the section {@code maps} holds five 32-bit
 * numbers for each map (type, key bytes, value bytes, entries, flags) under the map's symbol; the
 * section {@code license} holds the licence. Whatever is beyond that (functions that were not
 * inlined, variables, other relocations) is refused.
 */
public final class BpfObject {
  /** No object is larger. */
  public static final int MOST_BYTES = 1 << 20;

  private final Map<String, ProgramCode> programs;
  private final Map<String, MapDefinition> maps;
  private final Map<String, byte[]> data;

  BpfObject(
      Map<String, ProgramCode> programs,
      Map<String, MapDefinition> maps,
      Map<String, byte[]> data) {
    this.programs = Map.copyOf(programs);
    this.maps = Map.copyOf(maps);
    this.data = Map.copyOf(data);
  }

  /**
   * Reads an object.
   *
   * @throws BpfObjectException when it is not one, or holds what the loader does not take
   */
  public static BpfObject parse(byte[] file) throws BpfObjectException {
    return new ObjectReader(new ElfFile(file)).read();
  }

  /**
   * Reads an object that lies beside a class.
   *
   * @param owner the class
   * @param resource name of the resource, relative to the class
   * @throws BpfObjectException when it is missing or cannot be read, or as {@link #parse}
   */
  public static BpfObject ofResource(Class<?> owner, String resource) throws BpfObjectException {
    try (InputStream stream = owner.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new BpfObjectException(
            "The compiled object " + resource + " is missing beside " + owner.getName() + ".");
      }
      return parse(stream.readNBytes(MOST_BYTES + 1));
    } catch (IOException e) {
      BpfObjectException unreadable =
          new BpfObjectException("The compiled object " + resource + " cannot be read: " + e);
      unreadable.initCause(e);
      throw unreadable;
    }
  }

  /** Its programs by their functions' names. */
  public Map<String, ProgramCode> programs() {
    return programs;
  }

  /** Its maps by name. */
  public Map<String, MapDefinition> maps() {
    return maps;
  }

  /**
   * A program.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public ProgramCode program(String name) {
    ProgramCode found = programs.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no program " + name + " among " + programs.keySet());
    }
    return found;
  }

  /**
   * The definition of a map.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public MapDefinition map(String name) {
    MapDefinition found = maps.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no map " + name + " among " + maps.keySet());
    }
    return found;
  }

  /**
   * Bytes of another section of data.
   *
   * @return a copy; empty when there is no such section
   */
  public byte[] data(String section) {
    byte[] found = data.get(section);
    return found == null ? new byte[0] : found.clone();
  }
}
