/** Where endpoints are placed, beside the thesis' algorithm, on made-up clusters. */
@NullMarked
package io.kollaps.benchmarks.placement;

import org.jspecify.annotations.NullMarked;
