/**
 * One run on one machine: sets up the endpoints and the fabric, plays the timeline, drives the
 * sharing loop, and hands everything to the results. What happens next is decided by {@link
 * io.kollaps.node.run.RunProgress}, a pure state machine; one loop thread feeds it and carries out
 * what it wants.
 */
@NullMarked
package io.kollaps.node.run;

import org.jspecify.annotations.NullMarked;
