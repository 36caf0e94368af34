package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeReport;
import io.kollaps.cluster.join.Secret;

/** What simulated nodes say to one another. */
sealed interface Word {
  /** Datagram of the leader: are you there? */
  record Ping(long number) implements Word {}

  /** Datagram of a member: yes. */
  record Sign(long number) implements Word {}

  /** A joining node calls. */
  record Asks(JoinCall call) implements Word {}

  /** It is answered. */
  record Says(JoinAnswer answer) implements Word {}

  /** The leader wants a probe served. */
  record Serve(long probe, NodeId client, Secret secret, long term) implements Word {}

  /** It is, there. */
  record Served(Contact at) implements Word {}

  /** The leader wants a probe run. */
  record Run(ProbeOrder order) implements Word {}

  /** That came of it. */
  record Ran(ProbeReport report) implements Word {}

  /** The leader wants a probe ended. */
  record End(long probe) implements Word {}

  /** The client of a probe begins it at its server. */
  record Transfer(long probe, Secret secret) implements Word {}

  /** A member wants to go for good. */
  record Leave(NodeId node) implements Word {}

  /** Another node leads from now on: ask that one. */
  record HandedOver() implements Word {}

  /** As asked. */
  record Done() implements Word {}

  /** Not so. */
  record No(String why) implements Word {}
}
