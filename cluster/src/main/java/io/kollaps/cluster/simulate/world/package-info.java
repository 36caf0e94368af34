/**
 * A world under virtual time, made from a seed: hosts that crash and restart, a network between
 * them that loses, delays, repeats and reorders messages and falls apart, and a trace of what
 * happened. Generic in what the messages are; the same seed plays exactly the same story.
 */
@NullMarked
package io.kollaps.cluster.simulate.world;

import org.jspecify.annotations.NullMarked;
