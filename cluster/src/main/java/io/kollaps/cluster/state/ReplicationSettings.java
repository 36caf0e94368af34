package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.Refusals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;

/**
 * What a node's replication works with.
 *
 * @param self this node
 * @param cluster id of the cluster, a UUID
 * @param folder where log and snapshots lie
 * @param port TCP port that it listens on, at every address
 * @param electionMin a follower that hears nothing from the leader this long stands for election
 * @param electionMax the latest that it does
 * @param snapshotAfterCommands a snapshot is made after so many commands, and the log before it
 *     removed
 * @param keys shows the node's certificate
 * @param trust checks those of the others
 * @param mayTakePart whom else to refuse, with a certificate of the cluster: nodes that left
 * @param refusals is told of what was refused
 */
public record ReplicationSettings(
    NodeId self,
    String cluster,
    Path folder,
    int port,
    Duration electionMin,
    Duration electionMax,
    long snapshotAfterCommands,
    KeyManager keys,
    ClusterTrust trust,
    Predicate<NodeId> mayTakePart,
    Refusals refusals) {

  /**
   * Elections after 0.8 to 1.6 s without a leader: shorter ones begin by themselves on a machine
   * whose processors are taken for that long; a new leader is there within 5 s also when the first
   * election is undecided.
   */
  public static final Duration ELECTION_MIN = Duration.ofMillis(800);

  /** See {@link #ELECTION_MIN}. */
  public static final Duration ELECTION_MAX = Duration.ofMillis(1600);

  /** Commands are rare and small; a log of this many is read in milliseconds. */
  public static final long SNAPSHOT_AFTER_COMMANDS = 1000;
}
