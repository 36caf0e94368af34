package io.kollaps.linux.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A line of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param path where it is mounted
 * @param root what part of the file system is mounted, as a path in it
 * @param type file system, e.g. {@code cgroup2}
 * @param options options of the file system (not of the mount), e.g. the controllers of {@code
 *     cgroup}
 */
public record MountPoint(Path path, String root, String type, Set<String> options) {

  /**
   * Reads what is mounted in this process' mount namespace, in the order of mounting.
   *
   * @throws IOException when /proc cannot be read
   */
  public static List<MountPoint> all() throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")));
  }

  /** Parses lines of mountinfo; lines of another form are left out. */
  static List<MountPoint> parse(List<String> lines) {
    List<MountPoint> mounts = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split(" ", -1);
      int separator = List.of(fields).indexOf("-");
      if (separator < 6 || fields.length < separator + 4) {
        continue;
      }
      mounts.add(
          new MountPoint(
              Path.of(unescape(fields[4])),
              unescape(fields[3]),
              fields[separator + 1],
              Set.copyOf(List.of(fields[separator + 3].split(",")))));
    }
    return mounts;
  }

  /** Space, tabulator, newline and backslash stand there as three octal digits. */
  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
