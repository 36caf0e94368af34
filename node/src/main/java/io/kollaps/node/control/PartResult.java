package io.kollaps.node.control;

import io.kollaps.node.results.Verdict;
import java.util.List;

/**
 * What a part's numbers are worth.
 *
 * @param grade its verdict
 * @param reasons for people, at most {@value #MAX_REASONS} of {@value #MAX_REASON_LENGTH}
 *     characters: longer ones are cut
 */
public record PartResult(Verdict.Grade grade, List<String> reasons) {
  /** Reasons that are kept. */
  public static final int MAX_REASONS = 16;

  /** Longest reason in characters. */
  public static final int MAX_REASON_LENGTH = 500;

  /** Cuts what is too much. */
  public PartResult {
    reasons =
        reasons.stream()
            .limit(MAX_REASONS)
            .map(reason -> Texts.cut(reason, MAX_REASON_LENGTH))
            .toList();
  }

  /** The same with at most so many reasons. */
  public PartResult shortened(int mostReasons) {
    return new PartResult(grade, reasons.subList(0, Math.min(reasons.size(), mostReasons)));
  }
}
