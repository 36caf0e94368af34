package io.kollaps.cluster.state;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import java.util.OptionalLong;

/** A change of the state that the nodes know together. Whatever depends on time carries it. */
public sealed interface ControlCommand {

  /**
   * The first command of a cluster.
   *
   * @param cluster id of the cluster
   * @param founder its first member
   * @param key the first cluster key
   */
  record FormCluster(String cluster, Member founder, ClusterKey key) implements ControlCommand {}

  /**
   * Lets a node in, and counts the use of its token.
   *
   * @param member who; the state numbers it
   * @param token id of the token whose secret the leader has checked
   * @param atMillis leader's clock
   */
  record AdmitMember(Member member, String token, long atMillis) implements ControlCommand {}

  /**
   * A member is somewhere else now or runs another version.
   *
   * @param member its new values; mode and admission stay as they are
   */
  record UpdateMember(Member member) implements ControlCommand {}

  /**
   * A member left for good.
   *
   * @param node who
   */
  record RemoveMember(NodeId node) implements ControlCommand {}

  /**
   * A member takes new work, or does not any more.
   *
   * @param node who
   * @param mode from now on
   */
  record SetMode(NodeId node, Member.Mode mode) implements ControlCommand {}

  /**
   * Puts a node out and keeps it out. The cluster key changes with it, because that node knows it.
   *
   * @param node who, member or not
   * @param reason for people
   * @param atMillis leader's clock
   * @param key of the next generation
   */
  record BanNode(NodeId node, String reason, long atMillis, ClusterKey key)
      implements ControlCommand {}

  /**
   * A new join token.
   *
   * @param token what is kept of it
   * @param replacesAll whether all others end with it
   */
  record AddToken(TokenRecord token, boolean replacesAll) implements ControlCommand {}

  /**
   * Writes a document.
   *
   * @param room who it belongs to
   * @param key its name there
   * @param content at most {@link Document#MAX_CONTENT_BYTES}
   * @param expectedVersion refused when the document has another version now; 0: must be new
   */
  record PutDocument(String room, String key, ByteString content, OptionalLong expectedVersion)
      implements ControlCommand {}

  /**
   * Removes a document; nothing happens when it is not there.
   *
   * @param room who it belongs to
   * @param key its name there
   */
  record RemoveDocument(String room, String key) implements ControlCommand {}
}
