/**
 * The {@code kollaps} command: reads arguments, calls the node, prints. No decision about
 * experiments is taken here.
 */
@NullMarked
package io.kollaps.cli;

import org.jspecify.annotations.NullMarked;
