package io.kollaps.node.run;

/** Sends datagrams to the nodes of a run's other parts. */
@FunctionalInterface
public interface PeerSender {
  /**
   * Longest payload that a part sends: with what carries and seals it, it stays below 1200 bytes,
   * which pass every network in one packet.
   */
  int MAX_PAYLOAD_BYTES = 1101;

  /**
   * Sends a datagram to another part; it may be lost, repeated or reordered, which a part can
   * stand. Called from the part's threads: must return at once, and must not throw.
   *
   * @param toNode number of the receiving node, as in {@link PartPlan#nodes}
   * @param payload at most {@link #MAX_PAYLOAD_BYTES}
   */
  void send(int toNode, byte[] payload);

  /** Sends nothing: for a run with one part. */
  static PeerSender none() {
    return (toNode, payload) -> {};
  }
}
