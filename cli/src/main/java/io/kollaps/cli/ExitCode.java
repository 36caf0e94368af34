package io.kollaps.cli;

/** Exit codes of every command, as documented in docs/exit-codes.md. */
final class ExitCode {
  /** Done; of a run: PASS. */
  static final int OK = 0;

  /** Something failed that none of the others names. */
  static final int FAILED = 1;

  /** The file or the arguments cannot be used. */
  static final int BAD_INPUT = 2;

  /** A run ended with the verdict DEGRADED. */
  static final int DEGRADED = 3;

  /** A run ended with the verdict INVALID. */
  static final int INVALID = 4;

  private ExitCode() {}
}
