/** Calls between nodes over gRPC with mutual TLS: protocol versions, limits, deadlines. */
@NullMarked
package io.kollaps.cluster.wire;

import org.jspecify.annotations.NullMarked;
