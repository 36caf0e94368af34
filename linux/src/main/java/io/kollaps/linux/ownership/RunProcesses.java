package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds and kills the processes of a run that ended: those with {@code KOLLAPS_RUN=RUN} and the
 * run's folder in their environment, and those that carry out the run's init script. The second way
 * works also where the environment of a process may not be read: from another user namespace than
 * its own, for the same user. When the init script's process ends, the kernel ends all processes of
 * its endpoint.
 *
 * <p>This process and its ancestors are never touched.
 */
final class RunProcesses {
  /** Name of the script by which endpoints start, in the run's folder. */
  static final String INIT_NAME = "init";

  private static final int ROUNDS = 100;
  private static final long ROUND_MILLIS = 20;
  private static final int DESCRIPTION_LENGTH = 100;
  private static final int MAX_READ = 1 << 20;
  // the programs by which the init script is started; an editor that shows it is not ours
  private static final Set<String> STARTERS =
      Set.of("sh", "unshare", "nsenter", "setpriv", "setsid");

  private final List<String> marks;
  private final String init;
  private final Set<Long> spared = new HashSet<>();

  RunProcesses(RunId run, Path runFolder) {
    this.marks =
        List.of(
            OwnedResource.RUN_VARIABLE + "=" + run,
            OwnedResource.FOLDER_VARIABLE + "=" + runFolder);
    this.init = runFolder.resolve(INIT_NAME).toString();
    Optional<ProcessHandle> handle = Optional.of(ProcessHandle.current());
    while (handle.isPresent()) {
      spared.add(handle.get().pid());
      handle = handle.get().parent();
    }
  }

  /**
   * Kills until none is found, for up to 2 s.
   *
   * @param removed gets a line for each that ended
   * @param remaining gets a line for each that did not
   */
  void killAll(List<String> removed, List<String> remaining) throws IOException {
    Map<Long, String> seen = new LinkedHashMap<>();
    Map<Long, ProcessHandle> found = find();
    for (int round = 0; !found.isEmpty() && round < ROUNDS; round++) {
      for (ProcessHandle process : found.values()) {
        seen.putIfAbsent(process.pid(), describe(process.pid()));
        // the handle knows the start time, so that a reused id is not hit; "false" shows as
        // remaining below
        var _ = process.destroyForcibly();
      }
      try {
        Thread.sleep(ROUND_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      found = find();
    }
    for (Map.Entry<Long, String> entry : seen.entrySet()) {
      if (found.containsKey(entry.getKey())) {
        remaining.add(entry.getValue() + ": does not end when killed; try as root");
      } else {
        removed.add(entry.getValue());
      }
    }
  }

  private Map<Long, ProcessHandle> find() throws IOException {
    Map<Long, ProcessHandle> found = new LinkedHashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(String.valueOf(entry.getFileName()));
        if (spared.contains(pid)) {
          continue;
        }
        // the handle first, what it is then: a handle holds on to one process
        ProcessHandle.of(pid)
            .filter(process -> isOfRun(entry))
            .ifPresent(process -> found.put(pid, process));
      }
    }
    return found;
  }

  private boolean isOfRun(Path process) {
    if (strings(process.resolve("environ")).containsAll(marks)) {
      return true;
    }
    List<String> arguments = strings(process.resolve("cmdline"));
    if (!arguments.contains(init)) {
      return false;
    }
    String program = arguments.getFirst();
    return STARTERS.contains(program.substring(program.lastIndexOf('/') + 1));
  }

  /** Strings that end with a zero byte; empty when the file cannot be read. */
  private static List<String> strings(Path file) {
    try (var in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MAX_READ), StandardCharsets.UTF_8);
      return List.of(text.split("\0"));
    } catch (IOException e) {
      // it ended, or is of another user: in both cases not ours to kill
      return List.of();
    }
  }

  private static String describe(long pid) {
    List<String> arguments = new ArrayList<>(strings(Path.of("/proc/" + pid + "/cmdline")));
    String command = String.join(" ", arguments);
    return "process "
        + pid
        + " ("
        + command.substring(0, Math.min(command.length(), DESCRIPTION_LENGTH))
        + ")";
  }
}
