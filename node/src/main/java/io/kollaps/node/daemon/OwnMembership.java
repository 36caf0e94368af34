package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;

/**
 * Which membership is this process': a node that left and joined again reads in the cluster's log
 * how it left, then, and that is not its end. Pure.
 *
 * @param node this one
 * @param admission number of the admission by which it takes part; 0 when it is not known: any
 */
record OwnMembership(NodeId node, long admission) {

  /** Whether this membership ends between two states that follow one another. */
  boolean ends(ControlState before, ControlState after) {
    Member was = before.members().get(node);
    return was != null && was.admission() >= admission && !after.isMember(node);
  }
}
