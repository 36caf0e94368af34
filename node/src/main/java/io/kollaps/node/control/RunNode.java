package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;

/**
 * A node as a run knows it.
 *
 * @param id who
 * @param name for people
 * @param host address at which the other nodes reach it
 */
public record RunNode(NodeId id, String name, String host) {}
