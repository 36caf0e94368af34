/** Nodes of a cluster. Nothing here knows an experiment. */
@NullMarked
package io.kollaps.cluster;

import org.jspecify.annotations.NullMarked;
