package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.state.Member;
import java.util.Optional;
import java.util.Set;

/**
 * How a node begins.
 *
 * @param kind which way
 * @param self its record, with its address of now
 * @param credentials what it proves itself with
 * @param authority the authority, where the node has its key
 * @param key the cluster key, where it is known before the state is
 * @param members who may call before the state is known
 * @param admission number of its admission; 0 when it is not known
 */
record Origin(
    Kind kind,
    Member self,
    NodeCredentials credentials,
    Optional<ClusterAuthority> authority,
    Optional<ClusterKey> key,
    Set<NodeId> members,
    long admission) {

  /** The ways to begin. */
  enum Kind {
    /** Makes a cluster. */
    BOOTSTRAP,
    /** Was let into one just now. */
    JOINED,
    /** Was a member before. */
    RETURNED
  }
}
