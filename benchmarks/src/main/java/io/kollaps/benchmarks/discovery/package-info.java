/** How many capacity probes joining nodes need, and how right the capacity map is. */
@NullMarked
package io.kollaps.benchmarks.discovery;

import org.jspecify.annotations.NullMarked;
