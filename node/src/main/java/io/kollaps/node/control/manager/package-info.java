/** A node's side of runs: all parts that it has. Pure. */
@NullMarked
package io.kollaps.node.control.manager;

import org.jspecify.annotations.NullMarked;
