/**
 * Capacity probes: what two nodes do to measure the network between them. Transfers are iperf3's
 * (thesis, chapter 5.3); round-trip time, jitter and loss come from an exchange of datagrams that a
 * one-time secret authenticates.
 */
@NullMarked
package io.kollaps.node.probe;

import org.jspecify.annotations.NullMarked;
