/** {@code kollaps bench fabric}: how exactly a fabric emulates, and how fast it is. */
@NullMarked
package io.kollaps.benchmarks.fabric;

import org.jspecify.annotations.NullMarked;
