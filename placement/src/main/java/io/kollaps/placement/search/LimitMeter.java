package io.kollaps.placement.search;

import io.kollaps.placement.demand.Cuts;
import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Term;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.Arrays;

/**
 * What a placement asks of every limit, and by how much limits are exceeded, kept while endpoints
 * change sides.
 */
final class LimitMeter {
  /** Most that one limit adds to the sum: keeps sums over all limits within a long. */
  private static final long MOST_EXCESS = 1L << 50;

  /** Most that one term counts: more than any limit has, and sums over all terms fit a long. */
  private static final long MOST_DEMAND = 1L << 50;

  private final SearchCase searchCase;
  private final Cuts cuts;
  private final Term[] terms;
  private final int[][] termsOfSet;
  private final long[] termValue;
  private final long[] limitValue;
  private final int[] exceeded;
  private final int[] place;
  private final boolean oneSetALimit;
  private int exceededCount;
  private long excess;

  LimitMeter(SearchCase searchCase, byte initial) {
    this.searchCase = searchCase;
    NetworkLimits limits = searchCase.limits();
    this.cuts = searchCase.emulated().cuts(limits.setCount(), initial);
    this.terms = limits.terms().toArray(Term[]::new);
    this.termsOfSet = new int[limits.setCount()][];
    for (int set = 0; set < termsOfSet.length; set++) {
      termsOfSet[set] = limits.termsOfSet(set);
    }
    this.termValue = new long[terms.length];
    this.limitValue = new long[limits.limits().size()];
    this.exceeded = new int[limitValue.length];
    this.place = new int[limitValue.length];
    this.oneSetALimit =
        terms.length == limitValue.length
            && Arrays.stream(terms).allMatch(term -> term.first() == term.second())
            && Arrays.stream(terms).mapToInt(Term::limit).distinct().count() == terms.length;
  }

  /** An endpoint changes its side of a set; limits are as before until {@link #refresh}. */
  void change(int set, int endpoint, byte before, byte after) {
    cuts.change(set, endpoint, before, after);
  }

  /** Brings the limits up to date in which a set occurs. */
  void refresh(int set) {
    for (int term : termsOfSet[set]) {
      long value = Math.min(MOST_DEMAND, value(terms[term]));
      long delta = value - termValue[term];
      if (delta != 0) {
        termValue[term] = value;
        add(terms[term].limit(), delta);
      }
    }
  }

  private long value(Term term) {
    TermKind kind = term.kind();
    if (kind == TermKind.OUT) {
      return cuts.outBitsPerSecond(term.first());
    }
    if (kind == TermKind.IN) {
      return cuts.inBitsPerSecond(term.first());
    }
    return kind == TermKind.LARGER
        ? Math.max(cuts.outBitsPerSecond(term.first()), cuts.inBitsPerSecond(term.first()))
        : Math.min(cuts.outBitsPerSecond(term.first()), cuts.inBitsPerSecond(term.second()));
  }

  private void add(int limit, long delta) {
    long before = excessOf(limit);
    limitValue[limit] += delta;
    long after = excessOf(limit);
    excess += after - before;
    if (before == 0 && after > 0) {
      place[limit] = exceededCount;
      exceeded[exceededCount++] = limit;
    } else if (before > 0 && after == 0) {
      int last = exceeded[--exceededCount];
      exceeded[place[limit]] = last;
      place[last] = place[limit];
    }
  }

  /** True when every limit is about what leaves or enters one set alone. */
  boolean isOneSetALimit() {
    return oneSetALimit;
  }

  /** By how much a limit is exceeded, times its divisor; 0 when it is kept. */
  long excessOf(int limit) {
    return Math.clamp(limitValue[limit] - searchCase.residual(limit), 0, MOST_EXCESS);
  }

  /** Sum of what limits are exceeded by; 0 when all are kept. */
  long excess() {
    return excess;
  }

  int exceededCount() {
    return exceededCount;
  }

  /** An exceeded limit, by its place among them. */
  int exceeded(int index) {
    return exceeded[index];
  }

  /** What is asked of each limit, times its divisor. A new array at each call. */
  long[] demand() {
    return limitValue.clone();
  }

  long demand(int limit) {
    return limitValue[limit];
  }
}
