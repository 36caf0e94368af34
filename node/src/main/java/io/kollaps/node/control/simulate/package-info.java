/**
 * Whole clusters that run experiments, in virtual time and from a seed: real controllers, managers,
 * start agreements, readers, placers and reservations, over a model of the replicated state, with
 * parts that are only told of.
 */
@NullMarked
package io.kollaps.node.control.simulate;

import org.jspecify.annotations.NullMarked;
