/** What the cluster knows of the network between its nodes, as placement needs it. */
@NullMarked
package io.kollaps.node.network;

import org.jspecify.annotations.NullMarked;
