/** How many bytes the nodes of an experiment tell each other about their flows. */
@NullMarked
package io.kollaps.benchmarks.usage;

import org.jspecify.annotations.NullMarked;
