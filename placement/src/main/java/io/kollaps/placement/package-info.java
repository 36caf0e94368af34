/**
 * Which endpoint runs on which node of a cluster, so that the real network can carry all that is
 * emulated.
 *
 * <p>Pure: no sockets, threads, clocks, files or random sources of its own.
 */
@NullMarked
package io.kollaps.placement;

import org.jspecify.annotations.NullMarked;
