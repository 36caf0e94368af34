/**
 * Which fabric a run uses: the fabrics that there are, what an experiment asks of one, and the
 * choice with its reason.
 */
@NullMarked
package io.kollaps.node.fabric;

import org.jspecify.annotations.NullMarked;
