/** {@code kollaps bench topology}: large networks, computed and pinged. */
@NullMarked
package io.kollaps.benchmarks.topology;

import org.jspecify.annotations.NullMarked;
