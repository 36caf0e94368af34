package io.kollaps.node.prerequisites;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the search for programs asks of the machine.
 *
 * @param root true when packages may be installed: the real root, not the one of a user namespace
 * @param distribution whose packages these are
 * @param environment variables that programs inherit
 * @param directory where programs start when their service names no directory; absolute
 * @param executable tells whether a path is a file that may be executed
 */
public record Host(
    boolean root,
    Distribution distribution,
    Map<String, String> environment,
    Path directory,
    Predicate<Path> executable) {

  /** Copies the environment. */
  public Host {
    environment = Map.copyOf(environment);
  }

  /**
   * This machine, this process. The launcher says by the variable {@code KOLLAPS_ROOTLESS} that it
   * started this process as the root of a user namespace.
   */
  public static Host ofThisProcess() {
    Map<String, String> environment = System.getenv();
    boolean rootless = "yes".equals(environment.get("KOLLAPS_ROOTLESS"));
    return new Host(
        userIsRoot() && !rootless,
        Distribution.of(read(Path.of("/etc/os-release"))),
        environment,
        Path.of("").toAbsolutePath(),
        path -> Files.isRegularFile(path) && Files.isExecutable(path));
  }

  private static boolean userIsRoot() {
    return read(Path.of("/proc/self/status"))
        .lines()
        .anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
  }

  /** A file's text, empty when it cannot be read: then the machine counts as an unknown one. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
