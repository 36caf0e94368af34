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
   * @throws RunFailedException when too many parts of this run were here. What else keeps the plan
   *     from being carried out here is told to the listener once the part is prepared: a file that
   *     does not compile, homes that do not fit its endpoints, no fabric that can carry it
   */
  Part create(PartPlan plan, PartListener listener, PeerSender peers) throws RunFailedException;
}
