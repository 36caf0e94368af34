/**
 * Runs on a cluster, for real: the loops of controller and manager, the calls and datagrams between
 * nodes, and what commands ask about runs.
 */
@NullMarked
package io.kollaps.node.deploy;

import org.jspecify.annotations.NullMarked;
