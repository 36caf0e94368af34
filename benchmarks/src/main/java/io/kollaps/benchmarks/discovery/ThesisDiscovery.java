package io.kollaps.benchmarks.discovery;

import io.kollaps.cluster.simulate.MapError;
import io.kollaps.cluster.simulate.SimulatedProbes;
import java.util.Arrays;

/**
 * The thesis' Algorithm 2 (chapter 3.7.2), repaired so that it ends: what is known is not asked
 * again, and a third node counts only when both of its sides are known. A value is inferred from
 * the first third node whose two sides differ.
 */
final class ThesisDiscovery {
  private static final long UNKNOWN = -1;

  private final long[][] known;
  private int tests;

  private ThesisDiscovery(int nodes) {
    known = new long[nodes][nodes];
    for (long[] row : known) {
      Arrays.fill(row, UNKNOWN);
    }
  }

  /** The finished matrix and its number of tests. */
  static ThesisDiscovery run(int nodes, SimulatedProbes probes) {
    ThesisDiscovery discovery = new ThesisDiscovery(nodes);
    for (int joining = 1; joining < nodes; joining++) {
      for (int other = 0; other < joining; other++) {
        discovery.complete(joining, other, probes);
      }
    }
    return discovery;
  }

  private void complete(int joining, int other, SimulatedProbes probes) {
    long value = inferred(joining, other);
    if (value == UNKNOWN) {
      value = probes.probe(joining, other, 0).forwardBitsPerSecond();
      tests++;
    }
    known[joining][other] = value;
    known[other][joining] = value;
  }

  private long inferred(int joining, int other) {
    for (int third = 0; third < joining; third++) {
      long one = known[joining][third];
      long two = known[third][other];
      if (third != other && one != UNKNOWN && two != UNKNOWN && one != two) {
        return Math.min(one, two);
      }
    }
    return UNKNOWN;
  }

  int tests() {
    return tests;
  }

  MapError error(SimulatedProbes probes) {
    long wrong = 0;
    long far = 0;
    double sum = 0;
    long entries = (long) known.length * (known.length - 1);
    for (int i = 0; i < known.length; i++) {
      for (int j = 0; j < known.length; j++) {
        if (i != j) {
          double error = MapError.relative(known[i][j], probes.trueBitsPerSecond(i, j));
          wrong += error == 0 ? 0 : 1;
          far += error > MapError.FAR ? 1 : 0;
          sum += error;
        }
      }
    }
    return new MapError(entries, wrong, sum / entries, far / (double) entries);
  }
}
