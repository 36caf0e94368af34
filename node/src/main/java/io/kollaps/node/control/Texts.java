package io.kollaps.node.control;

/** Texts that others wrote, kept to a length. */
public final class Texts {
  /** Longest text of a reason, in characters. */
  public static final int MAX_REASON_LENGTH = 2000;

  private static final String ELLIPSIS = "...";

  private Texts() {}

  /** A text of at most so many characters; a longer one ends in three dots. */
  public static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    return text.substring(0, Math.max(0, longest - ELLIPSIS.length())) + ELLIPSIS;
  }

  /** A reason of at most {@link #MAX_REASON_LENGTH} characters. */
  public static String reason(String text) {
    return cut(text, MAX_REASON_LENGTH);
  }
}
