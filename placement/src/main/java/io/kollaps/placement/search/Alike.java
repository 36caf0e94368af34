package io.kollaps.placement.search;

import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Term;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Nodes that can be exchanged for each other while they are empty: with the same room, in the same
 * sets, and with equal limits of their own.
 */
final class Alike {
  private Alike() {}

  /** A number for each node, the same for nodes that are alike. */
  static int[] classes(SearchCase searchCase) {
    NetworkLimits limits = searchCase.limits();
    int[] termsOfLimit = new int[limits.limits().size()];
    limits.terms().forEach(term -> termsOfLimit[term.limit()]++);
    Map<List<Object>, Integer> known = new HashMap<>();
    int[] result = new int[searchCase.nodeCount()];
    for (int node = 0; node < result.length; node++) {
      List<String> parts = new ArrayList<>();
      for (int set : limits.setsOfNode(node)) {
        if (limits.setSize(set) > 1) {
          parts.add("in " + set);
          continue;
        }
        for (int index : limits.termsOfSet(set)) {
          Term term = limits.terms().get(index);
          parts.add(own(searchCase, index, term, termsOfLimit[term.limit()]));
        }
      }
      Collections.sort(parts);
      List<Object> key = new ArrayList<>(parts);
      key.add(searchCase.freeSlots()[node]);
      key.add(searchCase.freeMilliCpus()[node]);
      key.add(searchCase.freeMemoryBytes()[node]);
      result[node] = known.computeIfAbsent(key, k -> known.size());
    }
    return result;
  }

  private static String own(SearchCase searchCase, int index, Term term, int termsOfItsLimit) {
    if (term.kind() == TermKind.SMALLER) {
      return "term " + index;
    }
    return termsOfItsLimit == 1
        ? term.kind() + " " + searchCase.residual(term.limit())
        : term.kind() + " of " + term.limit();
  }
}
