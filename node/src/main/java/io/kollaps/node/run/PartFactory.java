package io.kollaps.node.run;

/** Makes parts of runs on this machine. */
@FunctionalInterface
public interface PartFactory {

  /**
   * Makes a part that has done nothing yet.
   *
   * @param plan what it is to do
   * @param listener is told what it does
   * @param peers reaches the other parts
   * @throws RunFailedException when the plan cannot be carried out here: the file does not compile,
   *     the homes do not fit its endpoints, no fabric can carry it, or the results folder cannot be
   *     made
   */
  Part create(PartPlan plan, PartListener listener, PeerSender peers) throws RunFailedException;
}
