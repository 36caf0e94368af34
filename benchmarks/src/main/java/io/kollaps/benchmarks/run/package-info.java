/**
 * Benchmarks that make real runs: {@code kollaps bench sharing}, {@code events} and {@code
 * endpoints}.
 */
@NullMarked
package io.kollaps.benchmarks.run;

import org.jspecify.annotations.NullMarked;
