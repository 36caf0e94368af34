package io.kollaps.topology.path;

import io.kollaps.topology.SourcePosition;

/**
 * A timeline event on one endpoint, with the choice among replicas already made.
 *
 * @param atNanos offset from the start
 * @param kind what happens
 * @param endpoint {@link Endpoint#index()}
 * @param position where the event was declared
 */
public record EndpointEvent(long atNanos, Kind kind, int endpoint, SourcePosition position) {
  /** What happens to an endpoint. */
  public enum Kind {
    /** It starts. */
    JOIN,
    /** It is asked to end. */
    LEAVE,
    /** It is killed. */
    CRASH,
    /** Its network is cut. */
    DISCONNECT,
    /** Its network is restored. */
    RECONNECT
  }
}
