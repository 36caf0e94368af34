/** Connections from other machines: how many there may be, and whose they are. Pure. */
@NullMarked
package io.kollaps.cluster.connection;

import org.jspecify.annotations.NullMarked;
