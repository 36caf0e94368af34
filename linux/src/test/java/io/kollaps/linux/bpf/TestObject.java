package io.kollaps.linux.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes ELF files for BPF, good ones and others, by the ABI's tables and not by the reader's. */
final class TestObject {
  static final int TEXT = 3;
  static final int MAPS = 4;

  int machine = 247;
  int fileType = 1;
  int elfClass = 2;
  int relocationType = 1;
  int relocationOffset;
  int relocationSymbol = 2;
  int functionSize = -1;
  int mapSize = 20;
  boolean license = true;
  boolean relocated = true;
  byte[] code = loadOfMapThenReturn(0);
  byte[] maps = map(2, 4, 8, 3, 1 << 10);
  int otherSectionType;

  /** Loads the address of the map, then returns a number. */
  static byte[] loadOfMapThenReturn(int number) {
    ByteBuffer code = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    code.put((byte) 0x18).put((byte) 1).putShort((short) 0).putInt(0); // r1 = (64 bits)
    code.putLong(0);
    code.put((byte) 0xb7).put((byte) 0).putShort((short) 0).putInt(number); // r0 = number
    code.put((byte) 0x95).put((byte) 0).putShort((short) 0).putInt(0); // exit
    return code.array();
  }

  /** Returns without having set r0, which no verifier takes. */
  static byte[] returnOfNothing() {
    byte[] code = new byte[8];
    code[0] = (byte) 0x95;
    return code;
  }

  static byte[] map(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  private record Section(String name, int type, long flags, byte[] bytes, int link, int info) {}

  byte[] build() {
    String names = "\0counter\0returns\0";
    ByteBuffer symbols = ByteBuffer.allocate(3 * 24).order(ByteOrder.LITTLE_ENDIAN);
    symbols.position(24);
    int size = functionSize < 0 ? code.length : functionSize;
    symbol(symbols, names.indexOf("returns"), 0x12, TEXT, 0, size);
    symbol(symbols, names.indexOf("counter"), 0x11, MAPS, 0, mapSize);
    ByteBuffer relocation = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    relocation.putLong(relocationOffset).putInt(relocationType).putInt(relocationSymbol);
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("", 0, 0, new byte[0], 0, 0));
    sections.add(new Section(".strtab", 3, 0, names.getBytes(StandardCharsets.US_ASCII), 0, 0));
    sections.add(new Section(".symtab", 2, 0, symbols.array(), 1, 1));
    sections.add(new Section("tc", 1, 6, code, 0, 0));
    sections.add(new Section("maps", 1, 3, maps, 0, 0));
    if (relocated) {
      sections.add(new Section(".reltc", 9, 0, relocation.array(), 2, TEXT));
    }
    if (license) {
      byte[] text = "Apache-2.0\0".getBytes(StandardCharsets.US_ASCII);
      sections.add(new Section("license", 1, 3, text, 0, 0));
    }
    sections.add(new Section("notes", 1, 2, new byte[] {1, 2, 3}, 0, 0));
    if (otherSectionType != 0) {
      sections.add(new Section("other", otherSectionType, 0, new byte[24], 2, TEXT));
    }
    return file(sections);
  }

  private static void symbol(
      ByteBuffer symbols, int name, int info, int section, long value, long size) {
    symbols.putInt(name).put((byte) info).put((byte) 0).putShort((short) section);
    symbols.putLong(value).putLong(size);
  }

  private byte[] file(List<Section> sections) {
    ByteArrayOutputStream sectionNames = new ByteArrayOutputStream();
    List<Integer> nameOffsets = new ArrayList<>();
    for (Section section : sections) {
      nameOffsets.add(sectionNames.size());
      sectionNames.writeBytes((section.name() + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    nameOffsets.add(sectionNames.size());
    sectionNames.writeBytes(".shstrtab\0".getBytes(StandardCharsets.US_ASCII));
    List<Section> all = new ArrayList<>(sections);
    all.add(new Section(".shstrtab", 3, 0, sectionNames.toByteArray(), 0, 0));
    int content = all.stream().mapToInt(s -> s.bytes().length).sum();
    int table = 64 + content;
    ByteBuffer file = ByteBuffer.allocate(table + 64 * all.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) elfClass, 1, 1});
    file.putShort(16, (short) fileType).putShort(18, (short) machine).putInt(20, 1);
    file.putLong(40, table).putShort(52, (short) 64).putShort(58, (short) 64);
    file.putShort(60, (short) all.size()).putShort(62, (short) (all.size() - 1));
    int offset = 64;
    for (int i = 0; i < all.size(); i++) {
      Section section = all.get(i);
      file.put(offset, section.bytes());
      int at = table + 64 * i;
      file.putInt(at, nameOffsets.get(i)).putInt(at + 4, section.type());
      file.putLong(at + 8, section.flags()).putLong(at + 24, offset);
      file.putLong(at + 32, section.bytes().length);
      file.putInt(at + 40, section.link()).putInt(at + 44, section.info());
      offset += section.bytes().length;
    }
    return file.array();
  }
}
