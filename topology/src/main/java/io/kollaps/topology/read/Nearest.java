package io.kollaps.topology.read;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what was probably meant by a misspelt word. */
public final class Nearest {
  /**
   * Candidates looked at for one word, so that a large file with many unknown names stays quick.
   */
  private static final int MAX_CANDIDATES = 2_000;

  /** Words longer than this have no neighbours worth the search. */
  private static final int MAX_LENGTH = 64;

  private Nearest() {}

  /**
   * The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours;
   * case ignored), when it is close enough to be a slip: at most a third of the word, at least 1.
   *
   * @param word as it was written
   * @param candidates words that may have been meant; the first {@value #MAX_CANDIDATES} count
   */
  public static Optional<String> to(String word, Collection<String> candidates) {
    if (word.isEmpty() || word.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    int best = Math.max(1, word.length() / 3) + 1;
    Optional<String> nearest = Optional.empty();
    String wanted = word.toLowerCase(Locale.ROOT);
    for (String candidate : candidates.stream().limit(MAX_CANDIDATES).toList()) {
      if (Math.abs(candidate.length() - word.length()) < best) {
        int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
        if (distance < best) {
          best = distance;
          nearest = Optional.of(candidate);
        }
      }
    }
    return nearest;
  }

  /** "write 'nearest'" when there is one, else the fallback. */
  static String remedy(String word, Collection<String> candidates, String fallback) {
    return to(word, candidates).map(n -> "write '" + n + "'").orElse(fallback);
  }

  /** Optimal string alignment distance. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
