/**
 * The network that really connects the nodes of a cluster, as an administrator describes it: which
 * addresses hang on which switch, and how fast the links are.
 */
@NullMarked
package io.kollaps.topology.physical;

import org.jspecify.annotations.NullMarked;
