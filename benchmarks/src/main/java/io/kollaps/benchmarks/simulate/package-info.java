/** Clusters under virtual time, by the thousand. */
@NullMarked
package io.kollaps.benchmarks.simulate;

import org.jspecify.annotations.NullMarked;
