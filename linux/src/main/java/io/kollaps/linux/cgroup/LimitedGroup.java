package io.kollaps.linux.cgroup;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One control group with a limit: of processor time, or of memory (in version 1 every controller
 * has a hierarchy of its own, so an endpoint with both limits has two groups).
 *
 * @param path its folder
 * @param controller what it limits
 * @param version 1 or 2
 */
public record LimitedGroup(Path path, ControlGroups.Controller controller, int version) {
  /**
   * Length of the periods in which processor time is granted. A tenth of the kernel's default: a
   * program that used up its time stands still for the rest of a period, which shows as latency.
   */
  static final long CPU_PERIOD_MICROS = 10_000;

  /** The kernel takes no quota below 1 ms; lower limits get a longer period. */
  private static final long CPU_QUOTA_MIN_MICROS = 1_000;

  /** The kernel takes no period above 1 s. */
  private static final long CPU_PERIOD_MAX_MICROS = 1_000_000;

  /** Makes the folder; one that is there already is used. */
  public void make() throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      makeFolder(parent);
      if (version == 2) {
        Files.writeString(parent.resolve("cgroup.subtree_control"), "+" + controller.word());
      }
    }
    makeFolder(path);
  }

  /**
   * Limits processor time.
   *
   * @param cpus processors, at least 0.001
   * @throws IOException when the kernel does not take it, e.g. since a group above allows less
   */
  public void limitCpus(double cpus) throws IOException {
    long period = CPU_PERIOD_MICROS;
    if (cpus * period < CPU_QUOTA_MIN_MICROS) {
      period = Math.min(CPU_PERIOD_MAX_MICROS, Math.round(Math.ceil(CPU_QUOTA_MIN_MICROS / cpus)));
    }
    long quota = Math.max(CPU_QUOTA_MIN_MICROS, Math.round(cpus * period));
    if (version == 2) {
      write("cpu.max", quota + " " + period);
    } else {
      write("cpu.cfs_period_us", Long.toString(period));
      write("cpu.cfs_quota_us", Long.toString(quota));
    }
  }

  /**
   * Limits memory, and swap with it where the kernel counts swap.
   *
   * @param bytes rounded down to pages by the kernel
   * @throws IOException when the kernel does not take it
   */
  public void limitMemory(long bytes) throws IOException {
    if (version == 2) {
      write("memory.max", Long.toString(bytes));
      writeIfThere("memory.swap.max", "0");
    } else {
      write("memory.limit_in_bytes", Long.toString(bytes));
      writeIfThere("memory.memsw.limit_in_bytes", Long.toString(bytes));
    }
  }

  /** File to which a process writes 0 to go into the group. */
  public Path processesFile() {
    return path.resolve("cgroup.procs");
  }

  /** How many processes the kernel killed for memory in this group since it was made. */
  public long memoryKills() {
    return counter(version == 2 ? "memory.events" : "memory.oom_control", "oom_kill");
  }

  /** How long the group's processes stood still for lack of granted processor time. */
  public long throttledNanos() {
    return version == 2
        ? counter("cpu.stat", "throttled_usec") * 1_000
        : counter("cpu.stat", "throttled_time");
  }

  /** Kills what runs inside and removes it; gives the reason when it cannot. */
  public Optional<String> remove() {
    return ControlGroupRemover.remove(path);
  }

  private long counter(String file, String key) {
    try {
      for (String line : Files.readAllLines(path.resolve(file))) {
        String[] fields = line.split(" ", -1);
        if (fields.length == 2 && fields[0].equals(key)) {
          return Long.parseLong(fields[1]);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // the group is gone, or this kernel does not count: nothing is known
      return 0;
    }
    return 0;
  }

  private void writeIfThere(String file, String value) throws IOException {
    if (Files.exists(path.resolve(file))) {
      write(file, value);
    }
  }

  private void write(String file, String value) throws IOException {
    try {
      Files.writeString(path.resolve(file), value);
    } catch (IOException e) {
      throw new IOException(
          "cannot write " + value + " to " + path.resolve(file) + ": " + e.getMessage(), e);
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }
}
