package io.kollaps.node.control.leader;

import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import java.util.List;

/**
 * Wants the next thing of the parts of a run, again after a while: an order that is lost does no
 * harm.
 */
final class PartOrders {
  private final Term term;
  private final KnownNodes nodes;

  PartOrders(Term term, KnownNodes nodes) {
    this.term = term;
    this.nodes = nodes;
  }

  /** Parts are to be made where there are none yet. */
  void deploy(Parts parts, RunRecord record, FileContent file) {
    for (int index = 0; index < record.nodes().size(); index++) {
      Parts.Entry entry = parts.entries().get(index);
      if (entry.state().isEmpty()) {
        order(
            entry,
            new Order.Deploy(
                record.key(),
                new PartDescription(
                    record.fileName(),
                    file,
                    record.seed(),
                    record.fabric(),
                    record.vni(),
                    record.endpointMtu(),
                    record.nodes(),
                    record.homes(),
                    index)));
      }
    }
  }

  /** Parts that are made are to reach the others. */
  void link(Parts parts, RunRecord record, List<PartAddress> addresses) {
    for (Parts.Entry entry : parts.entries()) {
      if (entry.state().orElse(null) instanceof PartState.Prepared) {
        order(entry, new Order.Link(record.key(), addresses));
      }
    }
  }

  /**
   * All parts are to agree on this leader's clock; also those that another leader told to agree,
   * unless some part knows its start already. Who takes part in this leader's agreement does not
   * begin again.
   */
  void begin(Parts parts, RunRecord record) {
    if (parts.anyAgreed()) {
      return;
    }
    for (Parts.Entry entry : parts.entries()) {
      PartState state = entry.state().orElse(null);
      if (state instanceof PartState.Ready || state instanceof PartState.Agreeing) {
        order(entry, new Order.BeginAgreement(record.key(), term.self()));
      }
    }
  }

  /** All parts that are not known to be down are to end. */
  void end(Parts parts, RunRecord record, Ending why) {
    for (Parts.Entry entry : parts.entries()) {
      if (!entry.down()) {
        order(entry, new Order.End(record.key(), why.kind(), why.reason()));
      }
    }
  }

  private void order(Parts.Entry entry, Order order) {
    if (entry.due(order.getClass(), term.nowNanos(), term.settings().repeatNanos())) {
      nodes
          .instruct(entry.node().id(), order)
          .ifPresent(sequence -> entry.ordered(order.getClass(), term.nowNanos(), sequence));
    }
  }
}
