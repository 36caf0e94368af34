/** Experiments made by formula, for measurements and tests. */
@NullMarked
package io.kollaps.topology.generate;

import org.jspecify.annotations.NullMarked;
