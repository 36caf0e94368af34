/** Who is there: liveness of nodes by heartbeats. Pure: messages are commands and events. */
@NullMarked
package io.kollaps.cluster.membership;

import org.jspecify.annotations.NullMarked;
