package io.kollaps.cluster.join;

/** What a joining node is answered. */
public sealed interface JoinAnswer {

  /**
   * Its join runs. It must be heard of at least as often as the lease lasts.
   *
   * @param lease what it names from now on
   * @param renewNanos say the next {@link JoinCall.Step} at once, and then at least this often
   */
  record Accepted(Secret lease, long renewNanos) implements JoinAnswer {}

  /**
   * Not now.
   *
   * @param why who is joining, for people
   * @param queued whether it has a place in the queue of those who wait, and keeps it while it asks
   *     again in time; else nobody can decide at the moment
   * @param againNanos say it again after this time
   */
  record Wait(String why, boolean queued, long againNanos) implements JoinAnswer {}

  /**
   * Another node leads.
   *
   * @param leader where
   */
  record LeaderAt(Contact leader) implements JoinAnswer {}

  /**
   * Another try comes to the same.
   *
   * @param why for people
   */
  record Refused(String why) implements JoinAnswer {}

  /**
   * Run this probe and say what came of it; nothing, when it runs already.
   *
   * @param order the probe
   */
  record Probe(ProbeOrder order) implements JoinAnswer {}

  /**
   * Nothing to do; a probe that runs is not wanted any more.
   *
   * @param againNanos ask again after this time
   */
  record Hold(long againNanos) implements JoinAnswer {}

  /** It is a member from now on. What it needs for that comes along. */
  record Admitted() implements JoinAnswer {}

  /**
   * Its join is over and nothing of it remains; it may begin again with a higher attempt.
   *
   * @param why for people
   */
  record Aborted(String why) implements JoinAnswer {}
}
