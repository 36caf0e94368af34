package io.kollaps.node.run;

import io.kollaps.cluster.NodeId;

/**
 * A node that has a part of a run, as another (or the same) node of the run sees it.
 *
 * @param id its identity
 * @param name its name for people
 * @param host address by which the other nodes of the run reach it, as text: an address or a host
 *     name
 */
public record PartNode(NodeId id, String name, String host) {}
