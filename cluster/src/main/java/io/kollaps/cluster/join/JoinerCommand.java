package io.kollaps.cluster.join;

/** What {@link JoiningNode} wants done. */
public sealed interface JoinerCommand {

  /** Look for nodes; then {@link JoinerEvent.Found}. */
  record Find() implements JoinerCommand {}

  /**
   * Call a node; then {@link JoinerEvent.Answered} or {@link JoinerEvent.CallFailed}.
   *
   * @param number of the call
   * @param to where
   * @param call what to say
   */
  record Call(long number, Contact to, JoinCall call) implements JoinerCommand {}

  /**
   * Begin a probe; then {@link JoinerEvent.ProbeEnded}.
   *
   * @param order the probe
   */
  record RunProbe(ProbeOrder order) implements JoinerCommand {}

  /**
   * End a probe; its end need not be told.
   *
   * @param probe its number
   */
  record EndProbe(long probe) implements JoinerCommand {}

  /** It is a member: use what came with the last answer. Nothing follows. */
  record Enter() implements JoinerCommand {}

  /**
   * It did not come to that. Nothing follows.
   *
   * @param why what happened and what to do, for people
   */
  record GiveUp(String why) implements JoinerCommand {}

  /**
   * Tell people, in the log.
   *
   * @param text what
   */
  record Tell(String text) implements JoinerCommand {}
}
