/**
 * How a node gets into a cluster: what it says to the leader and what the leader answers, which
 * probes are run meanwhile, and what is written into the replicated state before it is admitted
 * (thesis, chapter 4.5.2, without its limits).
 *
 * <p>{@link io.kollaps.cluster.join.JoinCoordinator} is the leader's side, {@link
 * io.kollaps.cluster.join.JoiningNode} the joining node's. Both are state machines, events in and
 * commands out; times and random numbers are passed in. The joining node only ever calls the
 * leader, and each of its calls may come twice, late, or not at all.
 *
 * <p>A leader's time is divided so that each part knows only those before it: {@code Candidates}
 * and {@code Members} keep who is there, {@code RunningProbes} what is being probed, {@code
 * KnownNetwork} what was found, {@code MapPublisher} writes it, {@code Ties} and {@code Measuring}
 * decide what is probed, {@code ProbeDesk} and {@code JoinCalls} speak with the nodes, and {@code
 * Leading} takes each event to the one that it is for.
 */
@NullMarked
package io.kollaps.cluster.join;

import org.jspecify.annotations.NullMarked;
