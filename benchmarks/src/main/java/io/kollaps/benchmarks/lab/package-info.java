/**
 * The laboratory: namespaces over a fabric or a plain veth pair, and traffic that is counted
 * exactly.
 */
@NullMarked
package io.kollaps.benchmarks.lab;

import org.jspecify.annotations.NullMarked;
