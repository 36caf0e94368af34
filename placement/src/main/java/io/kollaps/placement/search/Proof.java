package io.kollaps.placement.search;

/** Why no placement exists; endpoints, nodes and limits by their numbers. */
public sealed interface Proof {

  /**
   * All nodes together have too little.
   *
   * @param sentence for people
   */
  record Stated(String sentence) implements Proof {}

  /**
   * A node has not the slots, processors or memory for what is pinned to it.
   *
   * @param node the first such node
   */
  record PinnedTooMuch(int node) implements Proof {}

  /**
   * No node has the processors and memory for an endpoint.
   *
   * @param endpoint the first such endpoint
   */
  record TooLarge(int endpoint) implements Proof {}

  /**
   * However the endpoints are divided, the links of the nodes do not carry the traffic of all.
   *
   * @param endpoints how many there are
   * @param most how many can be there at most
   * @param limit the limit that keeps most of them away, {@link #NONE} for none
   */
  record Counted(int endpoints, int most, int limit) implements Proof {}

  /** No limit. */
  int NONE = -1;
}
