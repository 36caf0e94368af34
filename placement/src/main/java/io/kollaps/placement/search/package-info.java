/**
 * Finds where each endpoint runs: constructions, local search, exact search of small cases, and
 * proofs that nothing fits. Deterministic for a seed as long as the effort is bounded by trials and
 * not by time.
 */
@NullMarked
package io.kollaps.placement.search;

import org.jspecify.annotations.NullMarked;
