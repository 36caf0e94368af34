package io.kollaps.node.prerequisites;

/**
 * How a helper program ended.
 *
 * @param exitCode its exit code; {@link #NOT_STARTED} or {@link #TIMED_OUT} when it has none
 * @param output the last of what it printed, output and errors together; for a program that did not
 *     start, why
 */
public record ProgramOutcome(int exitCode, String output) {
  /** In place of an exit code: the program could not be started. */
  public static final int NOT_STARTED = -1;

  /** In place of an exit code: it was killed because its time was over. */
  public static final int TIMED_OUT = -2;

  /** True when it ended by itself with exit code 0. */
  public boolean succeeded() {
    return exitCode == 0;
  }

  /** How it ended, in words, without its output. */
  public String ending() {
    return switch (exitCode) {
      case NOT_STARTED -> "could not be started";
      case TIMED_OUT -> "was killed because it did not end in time";
      default -> "ended with code " + exitCode;
    };
  }

  /** The last line printed that is not blank; empty when nothing was printed. */
  public String lastLine() {
    return output.lines().filter(line -> !line.isBlank()).reduce("", (_, line) -> line).strip();
  }
}
