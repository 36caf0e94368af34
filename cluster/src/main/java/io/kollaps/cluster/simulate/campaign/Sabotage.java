package io.kollaps.cluster.simulate.campaign;

/**
 * Faulty behaviour that a story may be played with, to see that its invariants find it. Put between
 * the real classes and their surroundings: no product code is changed.
 */
public enum Sabotage {
  /** None: as in the product. */
  NONE,
  /** The leader takes its writes for safe before anybody else has them, and so admits too early. */
  ADMIT_BEFORE_WRITE,
  /** Time does not pass for the leader's joins: a dead joiner keeps its lease for ever. */
  NEVER_FREE,
  /** The leader removes members that it holds for lost. */
  REMOVE_LOST,
  /** Members are given up after three misses, without pinging them densely first. */
  NO_CONFIRMATION,
  /** Members stay watched by nobody: a dead one is never found. */
  BLIND_LEADER,
  /** Each third probe finds 40 % less than there is. */
  LYING_PROBES,
  /** Several joins are measured at a time. */
  PROBES_TOGETHER,
  /** A voter takes its own vote for a majority. */
  OWN_MAJORITY
}
