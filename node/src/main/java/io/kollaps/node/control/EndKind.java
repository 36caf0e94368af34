package io.kollaps.node.control;

/** Why a part is ended. A new leader sees from it what the old one had decided. */
public enum EndKind {
  /** The run has done what its file says. */
  FINISHED,
  /** Its user wants no more of it. */
  STOPPED,
  /** Something failed. */
  ABORTED,
  /** The run is started anew with the next attempt. */
  REPLACED
}
