package io.kollaps.cluster.simulate.replica;

import io.kollaps.cluster.state.Outcome;

/** How the submission of a change ended for who submitted it. */
public sealed interface Submitted {
  /**
   * It is safe on a majority of the voters, and the rules have decided.
   *
   * @param outcome of the rules
   */
  record Decided(Outcome outcome) implements Submitted {}

  /** This node does not lead: nothing was changed. */
  record NotLeader() implements Submitted {}

  /**
   * Nobody can tell: it may be decided already, or later, or never.
   *
   * @param why for people
   */
  record Unknown(String why) implements Submitted {}
}
