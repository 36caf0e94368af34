/**
 * Physical networks made from a seed, and probes of them, for tests and benchmarks of the capacity
 * map.
 */
@NullMarked
package io.kollaps.cluster.simulate;

import org.jspecify.annotations.NullMarked;
