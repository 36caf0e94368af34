/**
 * What an experiment is: services, bridges, links and a timeline, as immutable values.
 *
 * <p>Pure: no sockets, threads, clocks, files or random sources. Times are nanoseconds, latencies
 * are one way, rates are bits per second (decimal), probabilities lie in [0, 1].
 */
@NullMarked
package io.kollaps.topology;

import org.jspecify.annotations.NullMarked;
