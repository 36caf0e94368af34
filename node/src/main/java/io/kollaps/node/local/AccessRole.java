package io.kollaps.node.local;

import java.util.Set;

/** What a command of another machine may ask. What is not named here needs {@link #CONTROL}. */
public enum AccessRole {
  /** Look, change nothing. */
  READ,
  /** Also change: submit and stop runs, run programs in them, let nodes go. */
  CONTROL;

  private static final Set<String> READING =
      Set.of("nodes", "capacity", "runs", "inspect", "logs", "events", "top", "results");

  /** What lets others in is asked on the machine itself: a stolen token must not make new ones. */
  private static final Set<String> AT_HOME =
      Set.of(
          NodeActions.ROTATE_TOKEN.name(),
          AccessActions.CREATE.name(),
          AccessActions.LIST.name(),
          AccessActions.REVOKE.name());

  /**
   * Whether it may ask for an action.
   *
   * @throws LocalFailure with the reason when it may not
   */
  void require(String action) throws LocalFailure {
    if (AT_HOME.contains(action)) {
      throw LocalFailure.failed(
          "tokens are made and ended on a node's own machine, not from another one");
    }
    if (this == READ && !READING.contains(action)) {
      throw LocalFailure.failed(
          "this access token may only read; 'kollaps token access create --role control' on a node"
              + " makes one that may do this");
    }
  }
}
