package io.kollaps.linux.bpf;

import io.kollaps.linux.Errno;
import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.bpf.ProgramCode.Reference;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A loaded program of the traffic-control type, held by a descriptor. It lives on after {@link
 * #close} where it is attached.
 */
public final class BpfProgram implements AutoCloseable {
  private static final int SCHED_CLS = 3;
  private static final int PSEUDO_MAP_DESCRIPTOR = 1;
  private static final long LOG_BYTES = 16L << 20;
  private static final int LOG_LINES_TOLD = 6;
  private static final int INFO_BYTES = 224;
  private static final int INFO_RUN_NANOS = 192;
  private static final int INFO_RUNS = 200;

  private final String name;
  private final int fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BpfProgram(String name, int fileDescriptor) {
    this.name = name;
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Loads a program; the kernel checks it.
   *
   * @param code the program
   * @param maps the maps that it refers to, by the names in its source
   * @throws LinuxException EPERM without CAP_BPF and CAP_NET_ADMIN; with the last lines of what the
   *     kernel says when it refuses the program
   * @throws IllegalArgumentException when a map is missing
   */
  public static BpfProgram load(ProgramCode code, Map<String, BpfMap> maps) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = instructions(arena, code, maps);
      Attributes attributes =
          new Attributes(arena, 64)
              .word(0, SCHED_CLS)
              .word(4, code.instructions().count())
              .pointer(8, instructions)
              .pointer(16, arena.allocateFrom(code.license()))
              .name(48, code.name());
      int result = attributes.tryCall(Attributes.PROGRAM_LOAD);
      if (result < 0) {
        throw refusal(code, attributes, -result);
      }
      return new BpfProgram(code.name(), result);
    }
  }

  private static MemorySegment instructions(
      Arena arena, ProgramCode code, Map<String, BpfMap> maps) {
    byte[] bytes = code.instructions().bytes();
    MemorySegment segment = arena.allocate(Math.max(8, bytes.length), 8);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    for (Reference reference : code.references()) {
      BpfMap map = maps.get(reference.map());
      if (map == null) {
        throw new IllegalArgumentException(
            "program " + code.name() + " needs a map " + reference.map());
      }
      // struct bpf_insn: code, registers (destination low, source high), offset, immediate value
      long at = (long) reference.instruction() * ProgramCode.INSTRUCTION_BYTES;
      byte registers = segment.get(ValueLayout.JAVA_BYTE, at + 1);
      segment.set(
          ValueLayout.JAVA_BYTE,
          at + 1,
          (byte) ((registers & 0x0f) | (PSEUDO_MAP_DESCRIPTOR << 4)));
      segment.set(ValueLayout.JAVA_INT, at + 4, map.fileDescriptor());
    }
    return segment;
  }

  /** Loads once more, with a log, to learn why it was refused. */
  private static LinuxException refusal(ProgramCode code, Attributes attributes, int errno) {
    String said = "";
    try (OffHeapMemory log = OffHeapMemory.map(LOG_BYTES)) {
      attributes.word(24, 1).word(28, (int) LOG_BYTES).number(32, log.address());
      int again = attributes.tryCall(Attributes.PROGRAM_LOAD);
      if (again >= 0) {
        FileDescriptors.close(again);
      }
      said = lastLines(MemorySegment.ofAddress(log.address()).reinterpret(LOG_BYTES).getString(0));
    } catch (LinuxException e) {
      said = "; no memory for the kernel's reasons: " + e.getMessage();
    }
    return new LinuxException(
        "bpf(load program " + code.name() + ") failed: " + Errno.name(errno) + said, errno);
  }

  private static String lastLines(String log) {
    List<String> lines =
        log.lines().filter(line -> !line.isBlank() && !line.startsWith("processed ")).toList();
    if (lines.isEmpty()) {
      return "";
    }
    return "; the kernel's verifier says: "
        + String.join(
            " | ", lines.subList(Math.max(0, lines.size() - LOG_LINES_TOLD), lines.size()));
  }

  /** Name of its function. */
  public String name() {
    return name;
  }

  /** The descriptor that holds it. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /**
   * How often and how long it ran, while {@link BpfStatistics} were on.
   *
   * @throws LinuxException when the kernel cannot tell
   */
  public Runs runs() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_BYTES, 8);
      new Attributes(arena, 16)
          .word(0, fileDescriptor)
          .word(4, INFO_BYTES)
          .pointer(8, info)
          .call(Attributes.INFO_OF_DESCRIPTOR, "information about program " + name);
      return new Runs(
          info.get(ValueLayout.JAVA_LONG, INFO_RUNS),
          info.get(ValueLayout.JAVA_LONG, INFO_RUN_NANOS));
    }
  }

  /**
   * How often and how long a program ran.
   *
   * @param count how often
   * @param nanos how long, all together
   */
  public record Runs(long count, long nanos) {}

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FileDescriptors.close(fileDescriptor);
    }
  }
}
