/** What the nodes know together: commands, the state they make, and its replication. */
@NullMarked
package io.kollaps.cluster.state;

import org.jspecify.annotations.NullMarked;
