/**
 * A model of the replicated state with the contract of Raft, in a simulated world: with the rules
 * of the real state, without its network, log and files.
 */
@NullMarked
package io.kollaps.cluster.simulate.replica;

import org.jspecify.annotations.NullMarked;
