package io.kollaps.node.control;

import java.util.Locale;

/**
 * Where a run is. {@link #PLACING} with an attempt above 1, {@link #DEPLOYING}, {@link #STARTING},
 * {@link #RUNNING} and the ends are written to the replicated state; what lies between is the
 * leader's own, because a new leader sees it from what the nodes tell.
 */
public enum RunPhase {
  /** It waits to be read and placed. */
  QUEUED,
  /** It is read, compiled and placed. */
  PLACING,
  /** Its nodes make its parts. */
  DEPLOYING,
  /** All parts are made; they learn where the others are. */
  LINKING,
  /** All parts are ready; they agree on the start. */
  STARTING,
  /** All parts have started. */
  RUNNING,
  /** Its parts are taken down. */
  ENDING,
  /** It did what its file says, to the end. */
  FINISHED,
  /** It was ended before: by its user, a failure, the loss of a node. */
  ABORTED,
  /** It never began: its file, its needs, or the moment did not allow it. */
  REFUSED;

  /** Whether it is over for good. */
  public boolean ended() {
    return this == FINISHED || this == ABORTED || this == REFUSED;
  }

  /** Whether it may have parts on nodes. */
  public boolean hasParts() {
    return switch (this) {
      case DEPLOYING, LINKING, STARTING, RUNNING, ENDING -> true;
      case QUEUED, PLACING, FINISHED, ABORTED, REFUSED -> false;
    };
  }

  /** The word for people and files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
