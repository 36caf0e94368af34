package io.kollaps.node.results;

/**
 * How a run ended.
 *
 * @param kind how
 * @param detail why it failed, may be empty
 */
public record RunEnd(Kind kind, String detail) {
  /** The run did what its file says, to the end. */
  public static final RunEnd COMPLETED = new RunEnd(Kind.COMPLETED, "");

  /** Somebody ended it early (Ctrl-C, SIGTERM). */
  public static final RunEnd INTERRUPTED = new RunEnd(Kind.INTERRUPTED, "");

  /** How a run ended. */
  public enum Kind {
    /** To its end. */
    COMPLETED,
    /** Early, by its user; cleaned up and reported. */
    INTERRUPTED,
    /** By a failure of Kollaps or the machine. */
    FAILED,
    /** Its process was gone before the end; what it had written so far is all there is. */
    KILLED;

    /** The word in files. */
    public String word() {
      return Words.of(this);
    }
  }
}
