package io.kollaps.placement.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits on the traffic between sets of nodes and the rest. A limit bounds a sum of terms by a
 * capacity; a term is made from what can flow out of a set or into it. Immutable; sets are never
 * empty and never all nodes.
 */
public final class NetworkLimits {
  /** What a term counts. */
  public enum TermKind {
    /** What flows out of its first set. */
    OUT,
    /** What flows into its first set. */
    IN,
    /** The larger of what flows out of its first set and into it. */
    LARGER,
    /** The smaller of what flows out of its first set and into its second set. */
    SMALLER
  }

  /**
   * A part of a limit's sum.
   *
   * @param kind what it counts
   * @param limit index of the limit
   * @param first index of a set
   * @param second index of a set; the first again where the kind knows only one
   */
  public record Term(TermKind kind, int limit, int first, int second) {}

  /**
   * A limit.
   *
   * @param name what it is, for people: {@code rack-1->core}
   * @param capacityBitsPerSecond what it can carry
   * @param divisor the sum of its terms is divided by it: 2 where each flow is counted at both ends
   */
  public record Limit(String name, long capacityBitsPerSecond, int divisor) {}

  /** Less than what counts as unlimited demand, so that no limit carries that. */
  private static final long MOST = 1L << 43;

  private final int nodeCount;
  private final List<int[]> sets;
  private final List<Limit> limits;
  private final List<Term> terms;
  private final int[][] setsOfNode;
  private final int[][] termsOfSet;

  private NetworkLimits(int nodeCount, List<int[]> sets, List<Limit> limits, List<Term> terms) {
    this.nodeCount = nodeCount;
    this.sets = List.copyOf(sets);
    this.limits = List.copyOf(limits);
    this.terms = List.copyOf(terms);
    List<List<Integer>> byNode = lists(nodeCount);
    for (int set = 0; set < sets.size(); set++) {
      for (int node : sets.get(set)) {
        byNode.get(node).add(set);
      }
    }
    List<List<Integer>> bySet = lists(sets.size());
    for (int term = 0; term < terms.size(); term++) {
      bySet.get(terms.get(term).first()).add(term);
      if (terms.get(term).second() != terms.get(term).first()) {
        bySet.get(terms.get(term).second()).add(term);
      }
    }
    this.setsOfNode = arrays(byNode);
    this.termsOfSet = arrays(bySet);
  }

  private static List<List<Integer>> lists(int count) {
    List<List<Integer>> result = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      result.add(new ArrayList<>());
    }
    return result;
  }

  private static int[][] arrays(List<List<Integer>> lists) {
    return lists.stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** Number of nodes. */
  public int nodeCount() {
    return nodeCount;
  }

  /** Number of sets of nodes. */
  public int setCount() {
    return sets.size();
  }

  /** Nodes of a set, ascending. A new array at each call. */
  public int[] set(int set) {
    return sets.get(set).clone();
  }

  /** Number of nodes in a set. */
  public int setSize(int set) {
    return sets.get(set).length;
  }

  /** Sets that contain a node, ascending. A new array at each call. */
  public int[] setsOfNode(int node) {
    return setsOfNode[node].clone();
  }

  /** The limits. */
  public List<Limit> limits() {
    return limits;
  }

  /** The terms of all limits. */
  public List<Term> terms() {
    return terms;
  }

  /** Indexes of the terms in which a set occurs. A new array at each call. */
  public int[] termsOfSet(int set) {
    return termsOfSet[set].clone();
  }

  /** Collects limits; sets that occur again are kept once. */
  static final class Builder {
    private final int nodeCount;
    private final Map<BitSet, Integer> sets = new LinkedHashMap<>();
    private final List<Limit> limits = new ArrayList<>();
    private final List<Term> terms = new ArrayList<>();

    Builder(int nodeCount) {
      this.nodeCount = nodeCount;
    }

    /** Index of a set of nodes. */
    int set(BitSet nodes) {
      return sets.computeIfAbsent((BitSet) nodes.clone(), key -> sets.size());
    }

    /** True when traffic can leave or enter the set at all. */
    boolean divides(BitSet nodes) {
      return !nodes.isEmpty() && nodes.cardinality() < nodeCount;
    }

    /** Bounds what flows out of a set; nothing when it has no limit. */
    void out(String name, long capacityBitsPerSecond, BitSet nodes) {
      one(TermKind.OUT, name, capacityBitsPerSecond, nodes);
    }

    /** Bounds what flows into a set; nothing when it has no limit. */
    void in(String name, long capacityBitsPerSecond, BitSet nodes) {
      one(TermKind.IN, name, capacityBitsPerSecond, nodes);
    }

    private void one(TermKind kind, String name, long capacityBitsPerSecond, BitSet nodes) {
      if (capacityBitsPerSecond != PhysicalNetwork.UNLIMITED && divides(nodes)) {
        term(kind, limit(name, capacityBitsPerSecond, 1), nodes, nodes);
      }
    }

    /** Begins a limit without terms. */
    int limit(String name, long capacityBitsPerSecond, int divisor) {
      limits.add(new Limit(name, capacityBitsPerSecond, divisor));
      return limits.size() - 1;
    }

    /** Adds a term to a limit. */
    void term(TermKind kind, int limit, BitSet first, BitSet second) {
      terms.add(new Term(kind, limit, set(first), set(second)));
    }

    NetworkLimits build() {
      List<int[]> members = new ArrayList<>();
      sets.keySet().forEach(nodes -> members.add(nodes.stream().toArray()));
      return new NetworkLimits(nodeCount, members, limits, terms);
    }
  }

  /**
   * Capacities of all limits, multiplied by their divisors; 2^43 (8.8 Tbit/s) is the most before
   * that. A new array at each call.
   */
  public long[] scaledCapacities() {
    long[] result = new long[limits.size()];
    Arrays.setAll(
        result,
        i -> Math.min(MOST, limits.get(i).capacityBitsPerSecond()) * limits.get(i).divisor());
    return result;
  }
}
