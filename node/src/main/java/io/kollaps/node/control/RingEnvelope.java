package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.RingMessage;

/**
 * A message of the start agreement on its way between two nodes.
 *
 * @param key parts of which run
 * @param clock node on whose clock its times are: a part that agrees on another clock's times must
 *     not read it
 * @param from who sent it first; its acknowledgement goes there
 * @param message what
 */
public record RingEnvelope(PartKey key, NodeId clock, NodeId from, RingMessage message) {}
