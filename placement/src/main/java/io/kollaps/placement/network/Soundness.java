package io.kollaps.placement.network;

/** On what the promise rests that no physical link is asked for more than it has. */
public enum Soundness {
  /** The links and routes between the nodes are known. */
  KNOWN_TOPOLOGY("the physical topology is known"),

  /**
   * Only capacities between pairs of nodes are known, and wherever several groups of nodes are tied
   * it was confirmed that each has a link of its own of that capacity.
   */
  CONFIRMED_TIES("capacities between nodes are known, and their ties were confirmed"),

  /**
   * Only capacities between pairs of nodes are known: all traffic at a level of capacity is taken
   * to share one link. Sound, and strict.
   */
  CONSERVATIVE("capacities between nodes are known; tied ones are taken to share one link");

  private final String meaning;

  Soundness(String meaning) {
    this.meaning = meaning;
  }

  /** What is known, in words. */
  public String meaning() {
    return meaning;
  }
}
