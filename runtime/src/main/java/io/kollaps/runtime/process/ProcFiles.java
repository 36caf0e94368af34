package io.kollaps.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What /proc says about a process. */
final class ProcFiles {
  private static final int STATE_FIELD = 3;
  private static final int LOCAL_ADDRESS_FIELD = 1;
  private static final String LISTEN = "0A";

  private ProcFiles() {}

  /**
   * The oldest living child of a process with one thread. The kernel lists children in the order in
   * which they came, adopted ones behind.
   */
  static Optional<ProcessHandle> oldestChild(long pid) {
    Path children = Path.of("/proc/" + pid + "/task/" + pid + "/children");
    try {
      String text = Files.readString(children).strip();
      if (text.isEmpty()) {
        return Optional.empty();
      }
      int end = text.indexOf(' ');
      return ProcessHandle.of(Long.parseLong(end < 0 ? text : text.substring(0, end)));
    } catch (IOException e) {
      return Files.exists(Path.of("/proc/" + pid)) ? childByScan(pid) : Optional.empty();
    }
  }

  /** For kernels without CONFIG_PROC_CHILDREN: by start time, then id. */
  private static Optional<ProcessHandle> childByScan(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(
            process ->
                process
                    .children()
                    .min(
                        (a, b) -> {
                          int byStart =
                              a.info()
                                  .startInstant()
                                  .orElse(Instant.MAX)
                                  .compareTo(b.info().startInstant().orElse(Instant.MAX));
                          return byStart != 0 ? byStart : Long.compare(a.pid(), b.pid());
                        }));
  }

  /** True when a socket of the process' network namespace listens on the TCP port. */
  static boolean listens(long pid, int port) {
    return Stream.of("tcp", "tcp6")
        .anyMatch(table -> listens(Path.of("/proc/" + pid + "/net/" + table), port));
  }

  private static boolean listens(Path table, int port) {
    try (Stream<String> lines = Files.lines(table)) {
      return listens(lines.skip(1).toList(), port);
    } catch (IOException e) {
      // the process ended, or the kernel has no IPv6: nobody listens there
      return false;
    }
  }

  /** Lines of {@code /proc/net/tcp} without the heading: number, local, remote, state, ... */
  static boolean listens(List<String> lines, int port) {
    for (String line : lines) {
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length > STATE_FIELD && fields[STATE_FIELD].equals(LISTEN)) {
        String local = fields[LOCAL_ADDRESS_FIELD];
        if (Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16) == port) {
          return true;
        }
      }
    }
    return false;
  }
}
