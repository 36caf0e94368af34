/**
 * The daemon: a node of a cluster on this machine, its settings, and how the command on the same
 * machine speaks to it.
 */
@NullMarked
package io.kollaps.node.daemon;

import org.jspecify.annotations.NullMarked;
