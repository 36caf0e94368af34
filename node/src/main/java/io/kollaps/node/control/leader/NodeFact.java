package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;

/**
 * A member as the leader knows it.
 *
 * @param id who
 * @param name for people, unique in the cluster
 * @param host address at which the other nodes reach it
 * @param mtuBytes largest packet that its network carries whole, with the packet's own header
 * @param reachable whether it is not given up at present
 */
public record NodeFact(NodeId id, String name, String host, int mtuBytes, boolean reachable) {}
