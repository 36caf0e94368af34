package io.kollaps.linux.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Removes control groups with the groups and processes in them. */
public final class ControlGroupRemover {
  private static final int ATTEMPTS = 100;
  private static final long RETRY_MILLIS = 20;
  private static final int MAX_DEPTH = 16;

  private ControlGroupRemover() {}

  /**
   * Kills what runs in a group and removes the group. A group is busy for a moment after its last
   * process ended, so removal is tried for up to 2 s.
   *
   * @param group the group's folder; nothing happens when it is not there
   * @return why it could not be removed, empty when it is gone
   */
  public static Optional<String> remove(Path group) {
    String reason = "";
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        removeTree(group, 0);
        return Optional.empty();
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
      }
      try {
        Thread.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of(reason);
      }
    }
    return Optional.of(reason);
  }

  /** Processes in a group, not in the groups below it; empty when it is not there. */
  public static List<Long> processesOf(Path group) throws IOException {
    List<Long> pids = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(group.resolve("cgroup.procs"))) {
        long pid = Long.parseLong(line.strip());
        // 0: a process that this pid namespace does not see
        if (pid > 0) {
          pids.add(pid);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return pids;
  }

  /** Folders in a control group are groups; its files vanish with it. */
  private static void removeTree(Path group, int depth) throws IOException {
    if (!Files.isDirectory(group, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (depth > MAX_DEPTH) {
      throw new IOException(group + ": groups nested deeper than " + MAX_DEPTH);
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(group)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          removeTree(entry, depth + 1);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    }
    for (long pid : processesOf(group)) {
      ProcessHandle.of(pid)
          .filter(process -> process.pid() != ProcessHandle.current().pid())
          .ifPresent(ProcessHandle::destroyForcibly);
    }
    try {
      Files.deleteIfExists(group);
    } catch (DirectoryNotEmptyException e) {
      throw new IOException(group + ": not empty", e);
    }
  }
}
