package io.kollaps.cluster.simulate.world;

import io.kollaps.cluster.NodeId;

/**
 * What runs on a host from a start to a crash. Its fields are lost in a crash; what is to be kept
 * lies outside, in the hands of who starts it.
 *
 * @param <M> messages
 */
public interface Program<M> {
  /** A datagram has come; it may come twice, late, or after ones that were sent later. */
  void datagram(NodeId from, M payload);

  /**
   * A call has come. The answer may be given now or later, or never.
   *
   * @param answer takes the answer; only the first one counts
   */
  void called(NodeId from, M request, Answer<M> answer);

  /**
   * Takes the answer to a call.
   *
   * @param <M> messages
   */
  @FunctionalInterface
  interface Answer<M> {
    /** Sends it back; it may be lost. */
    void give(M reply);
  }

  /**
   * Makes what runs on a host after each of its starts.
   *
   * @param <M> messages
   */
  @FunctionalInterface
  interface Boot<M> {
    /** Called when the host has started; it may plan and send at once. */
    Program<M> start(Host<M> host);
  }
}
