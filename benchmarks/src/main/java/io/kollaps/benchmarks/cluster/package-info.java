/**
 * A cluster of real daemons on one machine: what it takes to grow, and what it costs to be idle.
 */
@NullMarked
package io.kollaps.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
