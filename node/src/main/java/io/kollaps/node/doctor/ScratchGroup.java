package io.kollaps.node.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Makes a control group, limits it and takes it away again, in either version of control groups.
 */
final class ScratchGroup {
  private final Path processFolder;
  private final String name;

  /**
   * Makes none yet.
   *
   * @param processFolder where {@code mounts} and {@code cgroup} of this process are read
   * @param name the group's name
   */
  ScratchGroup(Path processFolder, String name) {
    this.processFolder = processFolder;
    this.name = name;
  }

  /**
   * Makes it, writes the limit and removes it.
   *
   * @param controller {@code cpu} or {@code memory}
   * @param version1File file of the limit in version 1
   * @param version2File file of the limit in version 2
   * @param value what to write
   * @return where it was
   * @throws IOException with the reason when that cannot be done
   */
  String limit(String controller, String version1File, String version2File, String value)
      throws IOException {
    List<String[]> mounts =
        Files.readAllLines(processFolder.resolve("mounts")).stream()
            .map(line -> line.split(" ", -1))
            .filter(fields -> fields.length > 3)
            .toList();
    for (String[] mount : mounts) {
      boolean has = Arrays.asList(mount[3].split(",", -1)).contains(controller);
      if (mount[2].equals("cgroup") && has) {
        Path parent = Path.of(mount[1]);
        return "version 1, " + tried(parent, version1File, value);
      }
    }
    String reason = "no control groups with the controller " + controller + " are mounted";
    for (String[] mount : mounts) {
      if (!mount[2].equals("cgroup2")) {
        continue;
      }
      Path parent = Path.of(mount[1]);
      if (words(parent.resolve("cgroup.controllers")).contains(controller)) {
        return "version 2, " + passedOn(controller, parent, version2File, value);
      }
      reason = parent + " does not have the controller " + controller;
    }
    throw new IOException(reason);
  }

  /** In version 2 a group passes a controller on to those below; what was not so is undone. */
  private String passedOn(String controller, Path parent, String file, String value)
      throws IOException {
    Path control = parent.resolve("cgroup.subtree_control");
    if (words(control).contains(controller)) {
      return tried(parent, file, value);
    }
    write(control, "+" + controller);
    try {
      return tried(parent, file, value);
    } finally {
      write(control, "-" + controller);
    }
  }

  private String tried(Path parent, String file, String value) throws IOException {
    Path group = parent.resolve(name);
    try {
      Files.createDirectory(group);
    } catch (IOException e) {
      throw new IOException("cannot make " + group + " (" + e.getClass().getSimpleName() + ")", e);
    }
    try {
      write(group.resolve(file), value);
      return group.toString();
    } finally {
      // a group without processes and groups goes with its files
      Files.delete(group);
    }
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(Files.readString(file).strip().split("\\s+", -1));
  }

  private static void write(Path file, String value) throws IOException {
    try {
      Files.writeString(file, value, java.nio.file.StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException("cannot write " + value + " to " + file + ": " + e.getMessage(), e);
    }
  }
}
