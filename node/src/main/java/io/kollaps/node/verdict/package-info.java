/**
 * Judging: pure rules that turn what was observed of a run into PASS, DEGRADED or INVALID with
 * reasons. No clock, no file, no randomness.
 */
@NullMarked
package io.kollaps.node.verdict;

import org.jspecify.annotations.NullMarked;
