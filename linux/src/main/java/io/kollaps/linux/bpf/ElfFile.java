package io.kollaps.linux.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sections, symbols and relocations of a 64-bit little-endian relocatable ELF file (System V ABI,
 * chapter 4 and 5). Every offset of the file is checked before it is followed.
 */
final class ElfFile {
  static final int PROGRAM_BITS = 1;
  static final int SYMBOL_TABLE = 2;
  static final int STRING_TABLE = 3;
  static final int RELOCATIONS_WITH_ADDEND = 4;
  static final int NO_BITS = 8;
  static final int RELOCATIONS = 9;
  static final long EXECUTABLE = 4;

  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int RELOCATION_BYTES = 16;
  private static final int MAGIC = 0x464c457f;
  private static final int CLASS_64_LITTLE_ENDIAN_VERSION_1 = 0x010102;
  private static final int RELOCATABLE = 1;
  private static final int MACHINE_BPF = 247;
  private static final int MOST_SECTIONS = 256;

  private final ByteBuffer file;
  private final List<Section> sections = new ArrayList<>();

  /** A section: its header, with offset and size checked. */
  record Section(
      int index, String name, int type, long flags, int offset, int size, int link, int info) {
    boolean executable() {
      return (flags & EXECUTABLE) != 0;
    }
  }

  /** A symbol. */
  record Symbol(String name, int type, int section, long value, long size) {
    static final int FUNCTION = 2;
  }

  /** A relocation. */
  record Relocation(long offset, int type, int symbol) {}

  ElfFile(byte[] bytes) throws BpfObjectException {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    require(bytes.length <= BpfObject.MOST_BYTES, "it has more than " + BpfObject.MOST_BYTES);
    require(bytes.length >= HEADER_BYTES, "it ends within the ELF header");
    require(file.getInt(0) == MAGIC, "it does not begin as an ELF file");
    require(
        (file.getInt(4) & 0xffffff) == CLASS_64_LITTLE_ENDIAN_VERSION_1,
        "it is not 64-bit, little-endian, version 1");
    require(
        file.getShort(16) == RELOCATABLE && file.getShort(18) == MACHINE_BPF,
        "it is not a relocatable file for BPF");
    readSections();
  }

  private void readSections() throws BpfObjectException {
    long table = file.getLong(40);
    int count = Short.toUnsignedInt(file.getShort(60));
    int names = Short.toUnsignedInt(file.getShort(62));
    require(
        Short.toUnsignedInt(file.getShort(58)) == SECTION_BYTES,
        "section headers are not 64 bytes");
    require(count > 0 && count <= MOST_SECTIONS, "it has " + count + " sections");
    requireRange(table, (long) count * SECTION_BYTES, "the section headers");
    require(names < count, "the section of names does not exist");
    List<Section> unnamed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = (int) table + i * SECTION_BYTES;
      int type = file.getInt(at + 4);
      long offset = file.getLong(at + 24);
      long size = file.getLong(at + 32);
      boolean inFile = type != NO_BITS && type != 0;
      if (inFile) {
        requireRange(offset, size, "section " + i);
      }
      unnamed.add(
          new Section(
              i,
              "",
              type,
              file.getLong(at + 8),
              inFile ? (int) offset : 0,
              inFile ? (int) size : 0,
              file.getInt(at + 40),
              file.getInt(at + 44)));
    }
    for (Section section : unnamed) {
      int at = (int) table + section.index() * SECTION_BYTES;
      sections.add(
          new Section(
              section.index(),
              string(unnamed.get(names), file.getInt(at)),
              section.type(),
              section.flags(),
              section.offset(),
              section.size(),
              section.link(),
              section.info()));
    }
  }

  List<Section> sections() {
    return sections;
  }

  /** The section of a number. */
  Section section(int index) throws BpfObjectException {
    require(index >= 0 && index < sections.size(), "there is no section " + index);
    return sections.get(index);
  }

  /** A copy of a section's bytes. */
  byte[] bytes(Section section) {
    byte[] copy = new byte[section.size()];
    file.get(section.offset(), copy);
    return copy;
  }

  /** All symbols of a symbol table. */
  List<Symbol> symbols(Section table) throws BpfObjectException {
    require(table.type() == SYMBOL_TABLE, "section " + table.name() + " is no symbol table");
    require(table.size() % SYMBOL_BYTES == 0, "the symbol table ends within a symbol");
    Section names = section(table.link());
    List<Symbol> symbols = new ArrayList<>();
    for (int at = table.offset(); at < table.offset() + table.size(); at += SYMBOL_BYTES) {
      symbols.add(
          new Symbol(
              string(names, file.getInt(at)),
              file.get(at + 4) & 0xf,
              Short.toUnsignedInt(file.getShort(at + 6)),
              file.getLong(at + 8),
              file.getLong(at + 16)));
    }
    return symbols;
  }

  /** All relocations of a section of relocations. */
  List<Relocation> relocations(Section section) throws BpfObjectException {
    require(section.size() % RELOCATION_BYTES == 0, section.name() + " ends within a relocation");
    List<Relocation> relocations = new ArrayList<>();
    for (int at = section.offset();
        at < section.offset() + section.size();
        at += RELOCATION_BYTES) {
      long info = file.getLong(at + 8);
      relocations.add(new Relocation(file.getLong(at), (int) info, (int) (info >>> 32)));
    }
    return relocations;
  }

  private String string(Section table, int offset) throws BpfObjectException {
    require(table.type() == STRING_TABLE, "section " + table.index() + " is no string table");
    require(offset >= 0 && offset < table.size(), "a name lies outside its string table");
    int start = table.offset() + offset;
    int end = start;
    while (end < table.offset() + table.size() && file.get(end) != 0) {
      end++;
    }
    require(end < table.offset() + table.size(), "a name does not end within its string table");
    return new String(file.array(), start, end - start, StandardCharsets.US_ASCII);
  }

  private void requireRange(long offset, long size, String what) throws BpfObjectException {
    require(
        offset >= 0 && size >= 0 && offset <= file.capacity() && size <= file.capacity() - offset,
        what + " lies outside the file");
  }

  static void require(boolean fits, String problem) throws BpfObjectException {
    if (!fits) {
      throw new BpfObjectException("The compiled BPF object cannot be used: " + problem + ".");
    }
  }
}
