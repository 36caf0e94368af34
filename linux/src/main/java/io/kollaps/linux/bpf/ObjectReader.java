package io.kollaps.linux.bpf;

import static io.kollaps.linux.bpf.ElfFile.require;

import io.kollaps.linux.bpf.ElfFile.Relocation;
import io.kollaps.linux.bpf.ElfFile.Section;
import io.kollaps.linux.bpf.ElfFile.Symbol;
import io.kollaps.linux.bpf.ProgramCode.Instructions;
import io.kollaps.linux.bpf.ProgramCode.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds programs, maps and data among the sections of an ELF file. */
final class ObjectReader {
  private static final String MAPS = "maps";
  private static final String LICENSE = "license";
  private static final int DEFINITION_BYTES = 20;
  private static final int MAP_ADDRESS = 1; // R_BPF_64_64
  private static final int LOAD_64_BITS = 0x18; // BPF_LD | BPF_IMM | BPF_DW

  private final ElfFile elf;
  private List<Symbol> symbols = List.of();
  private int mapsSection = -1;

  ObjectReader(ElfFile elf) {
    this.elf = elf;
  }

  BpfObject read() throws BpfObjectException {
    Map<Integer, Section> relocationsOf = new HashMap<>();
    Map<String, byte[]> data = new HashMap<>();
    List<Section> code = new ArrayList<>();
    int symbolTables = 0;
    for (Section section : elf.sections()) {
      switch (section.type()) {
        case ElfFile.SYMBOL_TABLE -> {
          symbols = elf.symbols(section);
          symbolTables++;
        }
        case ElfFile.RELOCATIONS ->
            require(
                relocationsOf.put(section.info(), section) == null,
                "two sections relocate section " + section.info());
        case ElfFile.PROGRAM_BITS -> {
          if (section.size() > 0 && section.executable()) {
            code.add(section);
          } else if (section.size() > 0) {
            require(
                data.put(section.name(), elf.bytes(section)) == null,
                "there are two sections " + section.name());
            mapsSection = section.name().equals(MAPS) ? section.index() : mapsSection;
          }
        }
        case ElfFile.RELOCATIONS_WITH_ADDEND, ElfFile.NO_BITS ->
            require(false, "it has a section " + section.name() + " of a type that is not taken");
        default -> {
          // names, hints for linkers
        }
      }
    }
    require(symbolTables == 1, "it has " + symbolTables + " symbol tables");
    Map<String, MapDefinition> maps = maps(data.remove(MAPS));
    String license = license(data.remove(LICENSE));
    Map<String, ProgramCode> programs = new HashMap<>();
    for (Section section : code) {
      ProgramCode program = program(section, relocationsOf.remove(section.index()), license, maps);
      require(
          programs.put(program.name(), program) == null,
          "there are two programs " + program.name());
    }
    require(relocationsOf.isEmpty(), "it relocates what is no program");
    return new BpfObject(programs, maps, data);
  }

  private Map<String, MapDefinition> maps(byte @Nullable [] definitions) throws BpfObjectException {
    Map<String, MapDefinition> maps = new HashMap<>();
    if (definitions == null) {
      return maps;
    }
    ByteBuffer numbers = ByteBuffer.wrap(definitions).order(ByteOrder.LITTLE_ENDIAN);
    for (Symbol symbol : symbols) {
      if (symbol.section() != mapsSection || symbol.name().isEmpty()) {
        continue;
      }
      long at = symbol.value();
      require(
          symbol.size() == DEFINITION_BYTES
              && at >= 0
              && at % DEFINITION_BYTES == 0
              && at <= definitions.length - DEFINITION_BYTES,
          "the definition of map "
              + symbol.name()
              + " is not one of "
              + DEFINITION_BYTES
              + " bytes");
      int start = (int) at;
      maps.put(
          symbol.name(),
          new MapDefinition(
              symbol.name(),
              numbers.getInt(start),
              numbers.getInt(start + 4),
              numbers.getInt(start + 8),
              numbers.getInt(start + 12),
              numbers.getInt(start + 16)));
    }
    require(
        (long) maps.size() * DEFINITION_BYTES == definitions.length,
        "the section " + MAPS + " has other things than the definitions of its symbols");
    return maps;
  }

  private static String license(byte @Nullable [] bytes) throws BpfObjectException {
    require(
        bytes != null && bytes.length > 1 && bytes[bytes.length - 1] == 0,
        "it has no section " + LICENSE + " with a string");
    return bytes == null ? "" : new String(bytes, 0, bytes.length - 1, StandardCharsets.US_ASCII);
  }

  private ProgramCode program(
      Section section,
      @Nullable Section relocations,
      String license,
      Map<String, MapDefinition> maps)
      throws BpfObjectException {
    List<Symbol> functions =
        symbols.stream()
            .filter(s -> s.section() == section.index() && s.type() == Symbol.FUNCTION)
            .toList();
    require(
        functions.size() == 1
            && functions.getFirst().value() == 0
            && functions.getFirst().size() == section.size()
            && section.size() % ProgramCode.INSTRUCTION_BYTES == 0,
        "section " + section.name() + " is not one function, with all others inlined into it");
    byte[] instructions = elf.bytes(section);
    List<Reference> references = new ArrayList<>();
    if (relocations != null) {
      for (Relocation relocation : elf.relocations(relocations)) {
        references.add(reference(section, instructions, relocation, maps));
      }
    }
    return new ProgramCode(
        functions.getFirst().name(), new Instructions(instructions), references, license);
  }

  private Reference reference(
      Section section, byte[] instructions, Relocation relocation, Map<String, MapDefinition> maps)
      throws BpfObjectException {
    String where = section.name() + " at " + relocation.offset();
    long at = relocation.offset();
    require(
        at >= 0
            && at % ProgramCode.INSTRUCTION_BYTES == 0
            && at <= instructions.length - 2 * ProgramCode.INSTRUCTION_BYTES
            && instructions[(int) at] == LOAD_64_BITS,
        "the relocation in " + where + " is not that of an instruction that loads an address");
    require(
        relocation.symbol() >= 0 && relocation.symbol() < symbols.size(),
        "the relocation in " + where + " has no symbol");
    Symbol symbol = symbols.get(relocation.symbol());
    ByteBuffer code = ByteBuffer.wrap(instructions).order(ByteOrder.LITTLE_ENDIAN);
    require(
        relocation.type() == MAP_ADDRESS
            && symbol.section() == mapsSection
            && maps.containsKey(symbol.name())
            && code.getInt((int) at + 4) == 0
            && code.getInt((int) at + 12) == 0,
        "the relocation in " + where + " (" + symbol.name() + ") is not the address of a map");
    return new Reference((int) at / ProgramCode.INSTRUCTION_BYTES, symbol.name());
  }
}
