package io.kollaps.benchmarks.cluster;

import io.kollaps.benchmarks.BenchmarkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a process uses, as /proc tells it (man 5 proc). */
final class DaemonUsage {
  private static final double KILOBYTES = 1024;
  private static final double MEGABYTE = 1e6;

  private final Path process;

  DaemonUsage(long pid) {
    process = Path.of("/proc/" + pid);
  }

  /** Resident memory in MB of 10^6 bytes. */
  double residentMegabytes() throws BenchmarkException {
    return field("status", "VmRSS:") * KILOBYTES / MEGABYTE;
  }

  /** Resident memory, what is shared divided among those who share it, in MB. */
  double proportionalMegabytes() throws BenchmarkException {
    return field("smaps_rollup", "Pss:") * KILOBYTES / MEGABYTE;
  }

  /** Number of threads. */
  long threads() throws BenchmarkException {
    return field("status", "Threads:");
  }

  /** Processor time of all its threads so far, from their scheduler's account. */
  long processorNanos() throws BenchmarkException {
    long sum = 0;
    try (var tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        sum += ofThread(task);
      }
      return sum;
    } catch (IOException e) {
      throw new BenchmarkException("cannot read " + process + "/task: " + e.getMessage(), e);
    }
  }

  private static long ofThread(Path task) {
    try {
      return Long.parseLong(Files.readString(task.resolve("schedstat")).strip().split(" ", 2)[0]);
    } catch (IOException e) {
      return 0; // it has ended since the folder was read
    }
  }

  private long field(String file, String name) throws BenchmarkException {
    try {
      List<String> lines = Files.readAllLines(process.resolve(file));
      return lines.stream()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow(() -> new BenchmarkException(process + "/" + file + " has no " + name));
    } catch (IOException e) {
      throw new BenchmarkException(
          "cannot read " + process + "/" + file + ": " + e.getMessage(), e);
    }
  }
}
