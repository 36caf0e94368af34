package io.kollaps.node.control.simulate;

import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.RingEnvelope;

/** What nodes send each other. */
sealed interface Word {
  /** The leader to a node. */
  record Told(Instruction instruction) implements Word {}

  /** A node to the leader. */
  record Said(NodeReport report) implements Word {}

  /** A part to its successor. */
  record Ring(RingEnvelope envelope) implements Word {}

  /** The successor has given it to its agreement. */
  record Taken(RingEnvelope envelope) implements Word {}
}
