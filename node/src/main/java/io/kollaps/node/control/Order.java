package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;
import java.util.List;

/** What the leader wants of a node. Hearing one twice changes nothing. */
public sealed interface Order {

  /** Tell what you have. */
  record Ask() implements Order {}

  /**
   * Make a part.
   *
   * @param key which
   * @param part what it is
   */
  record Deploy(PartKey key, PartDescription part) implements Order {}

  /**
   * The other parts are there.
   *
   * @param key of which run
   * @param overlays by the index of the node
   */
  record Link(PartKey key, List<PartAddress> overlays) implements Order {
    /** Copies the list. */
    public Link {
      overlays = List.copyOf(overlays);
    }
  }

  /**
   * All parts are ready: agree on the start. The agreement's number is the instruction's term: a
   * part that agrees under an older leader, and has not come to an end with it, leaves that for
   * this.
   *
   * @param key of which run
   * @param clock node on whose clock the start is agreed on; all parts get the same
   */
  record BeginAgreement(PartKey key, NodeId clock) implements Order {}

  /**
   * Take the part down and keep its results. A node that does not have it has nothing to do.
   *
   * @param key which
   * @param why kind of the end
   * @param reason for people
   */
  record End(PartKey key, EndKind why, String reason) implements Order {}

  /**
   * The ends of these runs are on record, or the leader does not know them: say no more of these
   * parts. One that has not ended is ended first.
   *
   * @param keys which
   */
  record Forget(List<PartKey> keys) implements Order {
    /** Copies the list. */
    public Forget {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A report was heard.
   *
   * @param reportSequence its number; older ones need not be repeated either
   */
  record Heard(long reportSequence) implements Order {}
}
