package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;

/**
 * The leader tells a node something. A node does not heed one of an older term, one that is older
 * than what it has heard already, or one for an earlier incarnation of itself; the leader repeats
 * it. So instructions to one node are best sent one after the other, but need not arrive.
 *
 * @param leader who tells
 * @param term counts the leaders
 * @param sequence counts the instructions of a term to this node
 * @param incarnation whom the leader takes the node for; 0 when it does not know yet, and then the
 *     node does not heed an {@link Order.Deploy}
 * @param order what to do
 */
public record Instruction(NodeId leader, long term, long sequence, long incarnation, Order order) {}
