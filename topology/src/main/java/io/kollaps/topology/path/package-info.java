/**
 * From an experiment to what the emulation uses: endpoints, the expanded network, and for every
 * epoch of the timeline the collapsed path between every two endpoints, all computed before the
 * start.
 */
@NullMarked
package io.kollaps.topology.path;

import org.jspecify.annotations.NullMarked;
