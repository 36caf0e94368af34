/** How far a node's clock is from the leader's, and how sure that is. Pure: times are passed in. */
@NullMarked
package io.kollaps.cluster.clock;

import org.jspecify.annotations.NullMarked;
