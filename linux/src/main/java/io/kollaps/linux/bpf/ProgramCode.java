package io.kollaps.linux.bpf;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program as it was compiled, before its references to maps are filled in.
 *
 * @param name name of its function
 * @param instructions its instructions, 8 bytes each
 * @param references where it refers to maps
 * @param license its licence, which the kernel asks for
 */
public record ProgramCode(
    String name, Instructions instructions, List<Reference> references, String license) {
  /** Bytes of an instruction. */
  public static final int INSTRUCTION_BYTES = 8;

  /** Copies the list. */
  public ProgramCode {
    references = List.copyOf(references);
  }

  /** Names of the maps that it uses. */
  public Set<String> mapNames() {
    return references.stream().map(Reference::map).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * A reference to a map.
   *
   * @param instruction number of the instruction, the first of two, that loads the map
   * @param map name of the map
   */
  public record Reference(int instruction, String map) {}

  /** Bytes that nobody changes. */
  public static final class Instructions {
    private final byte[] bytes;

    /** Copies the bytes. */
    public Instructions(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
      return bytes.clone();
    }

    /** How many instructions. */
    public int count() {
      return bytes.length / INSTRUCTION_BYTES;
    }
  }
}
