/**
 * End-to-end measurements, each beside what it is compared against. This package has what all
 * share: the arithmetic and the notes; the packages below have the laboratory and the benchmarks.
 */
@NullMarked
package io.kollaps.benchmarks;

import org.jspecify.annotations.NullMarked;
