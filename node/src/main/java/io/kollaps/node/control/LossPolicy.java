package io.kollaps.node.control;

import java.util.Locale;
import java.util.Optional;

/** What becomes of a run when one of its nodes is lost. */
public enum LossPolicy {
  /** It is aborted. */
  ABORT,
  /** It is placed again on the nodes that are left, and started from the beginning. */
  REPLACE;

  /** The word in commands and files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The policy of a word. */
  public static Optional<LossPolicy> of(String word) {
    for (LossPolicy policy : values()) {
      if (policy.word().equals(word)) {
        return Optional.of(policy);
      }
    }
    return Optional.empty();
  }
}
