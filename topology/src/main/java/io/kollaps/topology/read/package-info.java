/**
 * Readers: text of a topology file in, an {@link io.kollaps.topology.Experiment} or all of its
 * problems out.
 */
@NullMarked
package io.kollaps.topology.read;

import org.jspecify.annotations.NullMarked;
