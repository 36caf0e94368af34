package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;

/**
 * A node that may not come back.
 *
 * @param node whom
 * @param name what it was called
 * @param reason why, in the words of who banned it
 * @param atMillis when, in ms since 1970 on the leader's clock
 */
public record Ban(NodeId node, String name, String reason, long atMillis) {}
