package io.kollaps.node.prerequisites;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Installs Debian packages with apt-get. */
final class PackageInstaller {
  /** Longest time for one call of apt-get, downloads included. */
  static final Duration LONGEST_CALL = Duration.ofMinutes(5);

  /** How long apt-get waits for another one to release its lock. */
  static final int LOCK_WAIT_SECONDS = 60;

  private static final int REPORTED_LINES = 12;

  private static final Map<String, String> ENVIRONMENT =
      Map.of("DEBIAN_FRONTEND", "noninteractive", "LC_ALL", "C.UTF-8");

  private final ProgramRunner runner;

  PackageInstaller(ProgramRunner runner) {
    this.runner = runner;
  }

  /**
   * Installs packages; the package lists are fetched only when the installation fails without.
   *
   * @return empty when it succeeded, else what apt-get said, several lines
   */
  String install(List<String> packages) {
    ProgramOutcome first = runner.run(command(packages), ENVIRONMENT, LONGEST_CALL);
    if (first.succeeded()) {
      return "";
    }
    if (first.exitCode() == ProgramOutcome.NOT_STARTED
        || first.exitCode() == ProgramOutcome.TIMED_OUT) {
      return failure("apt-get install", first);
    }
    ProgramOutcome update =
        runner.run(List.of("apt-get", "-q", "update"), ENVIRONMENT, LONGEST_CALL);
    ProgramOutcome second = runner.run(command(packages), ENVIRONMENT, LONGEST_CALL);
    if (second.succeeded()) {
      return "";
    }
    String updated = update.succeeded() ? "" : failure("apt-get update", update) + "\n";
    return updated + failure("apt-get install", second);
  }

  private static List<String> command(List<String> packages) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("apt-get", "-q", "-y", "--no-install-recommends"));
    command.addAll(List.of("-o", "DPkg::Lock::Timeout=" + LOCK_WAIT_SECONDS, "install"));
    command.addAll(packages);
    return command;
  }

  private static String failure(String what, ProgramOutcome outcome) {
    List<String> lines = outcome.output().lines().filter(line -> !line.isBlank()).toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - REPORTED_LINES), lines.size());
    return what
        + " "
        + outcome.ending()
        + (last.isEmpty() ? "" : ":\n  " + String.join("\n  ", last));
  }
}
