package io.kollaps.system;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When processes of this machine became another program, as the kernel tells it by its process
 * events (linux/cn_proc.h), on its monotonic clock: neither who starts a program nor the program
 * itself takes part in the measure. Needs root.
 */
final class ProgramStarts implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int NETLINK_CONNECTOR = 11;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int CN_IDX_PROC = 1;
  private static final int CN_VAL_PROC = 1;
  private static final int PROC_CN_MCAST_LISTEN = 1;
  private static final int PROC_EVENT_EXEC = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NETLINK_HEADER = 16;
  private static final int CONNECTOR_HEADER = 20;
  private static final int EVENT = NETLINK_HEADER + CONNECTOR_HEADER;
  private static final int BUFFER_BYTES = 4096;
  private static final long LOOK_SECONDS = 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(INT, INT, INT, INT));
  private static final MethodHandle BIND =
      function("bind", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
  private static final MethodHandle SEND =
      function("send", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
  private static final MethodHandle RECEIVE =
      function("recv", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
  private static final MethodHandle OPTION =
      function("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
  private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));

  private final int socket;
  private final Map<Long, Long> startedNanos = new ConcurrentHashMap<>();
  private final Thread listener;
  private volatile boolean running = true;

  private ProgramStarts(int socket) {
    this.socket = socket;
    listener = Thread.ofPlatform().daemon().name("program-starts").start(this::listen);
  }

  /** Begins to listen. */
  static ProgramStarts open() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int socket = (int) SOCKET.invokeExact(AF_NETLINK, SOCK_DGRAM_CLOEXEC, NETLINK_CONNECTOR);
      MemorySegment address = arena.allocate(12, 4);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(INT, 8, CN_IDX_PROC);
      check((int) BIND.invokeExact(socket, address, 12), "bind to the kernel's process events");
      MemorySegment wait = arena.allocate(16, 8);
      wait.set(LONG, 0, LOOK_SECONDS);
      check((int) OPTION.invokeExact(socket, SOL_SOCKET, SO_RCVTIMEO, wait, 16), "set a timeout");
      MemorySegment ask = arena.allocate(EVENT + 4L, 4);
      ask.set(INT, 0, EVENT + 4);
      ask.set(ValueLayout.JAVA_SHORT, 4, (short) NLMSG_DONE);
      ask.set(INT, NETLINK_HEADER, CN_IDX_PROC);
      ask.set(INT, NETLINK_HEADER + 4, CN_VAL_PROC);
      ask.set(ValueLayout.JAVA_SHORT, NETLINK_HEADER + 16, (short) 4);
      ask.set(INT, EVENT, PROC_CN_MCAST_LISTEN);
      long sent = (long) SEND.invokeExact(socket, ask, EVENT + 4L, 0);
      check((int) sent, "ask for the kernel's process events");
      return new ProgramStarts(socket);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("the kernel's process events", e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  private static void check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException("cannot " + what + "; it needs root and CONFIG_PROC_EVENTS");
    }
  }

  private void listen() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
      while (running) {
        long length = (long) RECEIVE.invokeExact(socket, buffer, (long) BUFFER_BYTES, 0);
        if (length >= EVENT + 24 && buffer.get(INT, EVENT) == PROC_EVENT_EXEC) {
          long at = buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, EVENT + 8L);
          startedNanos.put((long) buffer.get(INT, EVENT + 16L), at);
        }
      }
    } catch (Throwable e) {
      throw new AssertionError("the kernel's process events", e);
    }
  }

  /**
   * When the running processes with a command line became that program.
   *
   * @param commandLine words separated by spaces
   * @return nanoseconds on the machine's monotonic clock, in no order
   */
  List<Long> of(String commandLine) throws IOException {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (commandLine.equals(commandLine(process))) {
          long pid = Long.parseLong(process.getFileName().toString());
          Optional.ofNullable(startedNanos.get(pid)).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline")).replace('\0', ' ').strip();
    } catch (IOException e) {
      return ""; // it has ended meanwhile
    }
  }

  @Override
  public void close() throws Exception {
    running = false;
    listener.join();
    try {
      var _ = (int) CLOSE.invokeExact(socket);
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }
}
