package io.kollaps.cluster.wire;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.generated.RenewReply;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.StepRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;

/**
 * What a node answers to others. Called on virtual threads, several at a time; may wait. The
 * messages are described in cluster.proto.
 */
public interface NodeCalls {
  /**
   * A machine without a certificate wants to join.
   *
   * @param address where the call comes from
   */
  JoinReply join(JoinRequest request, String address);

  /**
   * A machine that was accepted says where its join stands.
   *
   * @param address where the call comes from
   */
  JoinReply step(StepRequest request, String address);

  /** A member says where it is now. */
  Outcome announce(NodeId caller, AnnounceRequest request);

  /** A member wants a certificate in place of its own. */
  RenewReply renew(NodeId caller, RenewRequest request);

  /** The leader hands over the authority's key. */
  Outcome takeAuthority(NodeId caller, TakeAuthorityRequest request);

  /** A user of another member wants something that only the leader does. */
  ManageReply manage(NodeId caller, ManageRequest request);

  /** Another member asks how things are. */
  ReportReply report(NodeId caller);
}
