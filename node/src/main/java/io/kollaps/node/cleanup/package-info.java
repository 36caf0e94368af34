/**
 * Cleans up after runs whose process is gone: what they left on the machine, and results without a
 * verdict.
 */
@NullMarked
package io.kollaps.node.cleanup;

import org.jspecify.annotations.NullMarked;
