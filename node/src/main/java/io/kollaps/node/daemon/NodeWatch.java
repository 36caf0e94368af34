package io.kollaps.node.daemon;

/** Is told when a node must end by itself. */
@FunctionalInterface
interface NodeWatch {
  /**
   * The node cannot go on.
   *
   * @param why for the log
   * @param left whether it left the cluster, and so has nothing to come back to
   */
  void ended(String why, boolean left);
}
