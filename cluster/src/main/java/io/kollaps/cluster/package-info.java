/** The nodes of a cluster: who they are. The rooms below say how they trust, speak and remember. */
@NullMarked
package io.kollaps.cluster;

import org.jspecify.annotations.NullMarked;
