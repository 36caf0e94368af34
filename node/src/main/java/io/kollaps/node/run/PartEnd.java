package io.kollaps.node.run;

/**
 * Why a part ends.
 *
 * @param kind how the run ends
 * @param detail a sentence for people; for {@link Kind#ABORTED} with what went wrong and where
 */
public record PartEnd(Kind kind, String detail) {

  /** How the run ends. */
  public enum Kind {
    /** As its file says: by its time, or since all its programs have ended. */
    FINISHED,
    /** Early, since its user wanted it. */
    STOPPED,
    /** By a failure, here or at another node. */
    ABORTED
  }

  /** All awaited programs of all parts have ended. */
  public static PartEnd programsEnded() {
    return new PartEnd(Kind.FINISHED, "all programs have ended");
  }
}
