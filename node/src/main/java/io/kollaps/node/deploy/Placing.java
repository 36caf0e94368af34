package io.kollaps.node.deploy;

import io.kollaps.node.control.Submission;
import io.kollaps.placement.Placement;
import java.util.List;

/** Says where an experiment would run, without reserving anything. May take seconds. */
@FunctionalInterface
interface Placing {
  /** An answer: always one of the two. */
  Answer plan(Submission submission);

  /** What came of it. */
  sealed interface Answer {}

  /**
   * The experiment can be read.
   *
   * @param placement where it would run, or why it does not fit
   * @param notices what the user should know of the cluster
   */
  record Planned(Placement placement, List<String> notices) implements Answer {}

  /**
   * It cannot be read.
   *
   * @param reason one sentence
   * @param problems all that is wrong with it
   */
  record Unusable(String reason, List<String> problems) implements Answer {}
}
