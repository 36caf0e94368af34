package io.kollaps.cluster.join;

import java.util.List;

/** What {@link JoiningNode} is told. Times are on the node's own clock. */
public sealed interface JoinerEvent {

  /** Now. */
  long atNanos();

  /** Begin. */
  record Begin(long atNanos) implements JoinerEvent {}

  /**
   * These nodes were found, by broadcast or because a user named one.
   *
   * @param nodes where they are; empty: none answered
   */
  record Found(long atNanos, List<Contact> nodes) implements JoinerEvent {
    /** Copies the list. */
    public Found {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A call was answered.
   *
   * @param number of the call
   * @param answer what
   */
  record Answered(long atNanos, long number, JoinAnswer answer) implements JoinerEvent {}

  /**
   * A call came to nothing.
   *
   * @param number of the call
   * @param why for people
   * @param refused whether the other side answered and refused the call itself: it is no node of
   *     this cluster, or speaks another protocol
   */
  record CallFailed(long atNanos, long number, String why, boolean refused)
      implements JoinerEvent {}

  /**
   * A probe has ended.
   *
   * @param report how
   */
  record ProbeEnded(long atNanos, ProbeReport report) implements JoinerEvent {}

  /** The user gives up. */
  record Stopped(long atNanos) implements JoinerEvent {}

  /** Time has passed. At least every 100 ms. */
  record TimePassed(long atNanos) implements JoinerEvent {}
}
