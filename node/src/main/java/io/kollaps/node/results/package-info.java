/**
 * What a run leaves: the records of what was observed, the folder they are written to while the run
 * goes on, and their JSON forms.
 *
 * <p>Offsets are nanoseconds from the experiment's start on the run's monotonic clock; rates are
 * bits per second as the path's framing counts them; shares are fractions in [0, 1]. Field names in
 * files are snake_case and carry their unit.
 */
@NullMarked
package io.kollaps.node.results;

import org.jspecify.annotations.NullMarked;
