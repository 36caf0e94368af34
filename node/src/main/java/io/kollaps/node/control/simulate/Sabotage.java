package io.kollaps.node.control.simulate;

/** Faults that are put in on purpose: a simulation that does not find them is worth nothing. */
public enum Sabotage {
  /** None. */
  NONE,
  /** What a run held is not given back. */
  KEEP_RESERVATIONS,
  /** Nodes do not end parts whose run is over. */
  KEEP_PARTS,
  /** One node starts its parts a quarter of a second later than agreed. */
  START_LATE,
  /** Old instructions act on nodes as if they were new. */
  OBEY_ANYBODY,
  /** Records are said to be safe and are not written. */
  WRITE_NOTHING,
  /** A new leader does not ask nodes what they have, and takes old reports for new. */
  BELIEVE_OLD_REPORTS
}
