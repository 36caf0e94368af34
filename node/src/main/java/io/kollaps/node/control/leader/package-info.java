/**
 * The leader's side of runs: places, deploys, starts, ends, and knows them after a change. Pure.
 */
@NullMarked
package io.kollaps.node.control.leader;

import org.jspecify.annotations.NullMarked;
