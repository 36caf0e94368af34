package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;

/** What the leader knows of a node in its term. */
final class KnownNode {
  private final NodeId self;
  private final long term;
  private NodeFact fact;
  private boolean reachable;
  private long incarnation;
  private long reportSequence;
  private long instructions;
  private boolean told;
  private long toldNanos;
  private boolean asked;
  private long askedNanos;

  KnownNode(NodeId self, long term, NodeFact fact) {
    this.self = self;
    this.term = term;
    this.fact = fact;
    this.reachable = fact.reachable();
  }

  NodeFact fact() {
    return fact;
  }

  /** Takes a newer fact; whether it is reachable is told apart. */
  void learn(NodeFact newer) {
    fact = newer;
  }

  boolean reachable() {
    return reachable;
  }

  void reachable(boolean now) {
    reachable = now;
  }

  /** Whether it told in this term, and in its present incarnation, what it has. */
  boolean told() {
    return told;
  }

  /** When it told last; meaningless before it did. */
  long toldNanos() {
    return toldNanos;
  }

  /** What a report is to the leader. */
  enum Heard {
    /** Old, or of another term: it says nothing of now. */
    NOTHING,
    /** The node began anew; what it has now is not known yet. */
    BEGAN_ANEW,
    /** What the node has. */
    NEWS
  }

  /** Takes a report. */
  Heard hear(long nowNanos, NodeReport report) {
    if (report.incarnation() < incarnation) {
      return Heard.NOTHING;
    }
    if (report.incarnation() > incarnation) {
      boolean first = incarnation == 0;
      incarnation = report.incarnation();
      reportSequence = 0;
      told = false;
      if (!first) {
        return Heard.BEGAN_ANEW;
      }
    }
    if (report.heardTerm() != term || report.sequence() <= reportSequence) {
      return Heard.NOTHING;
    }
    reportSequence = report.sequence();
    told = true;
    toldNanos = nowNanos;
    return Heard.NEWS;
  }

  /** Whether it is to be asked what it has. */
  boolean toBeAsked(long nowNanos, long repeatNanos) {
    return reachable && !told && (!asked || nowNanos - askedNanos >= repeatNanos);
  }

  /** An instruction for it, the next one. */
  Instruction instruction(long nowNanos, Order order) {
    if (order instanceof Order.Ask) {
      asked = true;
      askedNanos = nowNanos;
    }
    instructions++;
    return new Instruction(self, term, instructions, incarnation, order);
  }
}
