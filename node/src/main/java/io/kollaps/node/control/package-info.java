/**
 * Runs on a cluster: what the leader and the nodes tell each other about them, and what is kept of
 * them in the replicated state. Pure: no sockets, threads, clocks, files or random sources.
 *
 * <p>{@code leader} decides for all nodes, {@code manager} for the parts of one node. The nodes
 * tell the leader always everything that they have ({@link io.kollaps.node.control.NodeReport}),
 * numbered, until it is acknowledged; the leader repeats what it wants until it sees it done. So
 * any message may be lost, repeated or late.
 */
@NullMarked
package io.kollaps.node.control;

import org.jspecify.annotations.NullMarked;
