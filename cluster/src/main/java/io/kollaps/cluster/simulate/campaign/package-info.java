/**
 * Whole clusters in simulated worlds: the real classes of joins, liveness, capacity map and
 * replicated rules on hosts that come, go, crash and return, in a network that fails; and what must
 * hold all the time.
 */
@NullMarked
package io.kollaps.cluster.simulate.campaign;

import org.jspecify.annotations.NullMarked;
