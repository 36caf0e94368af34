package io.kollaps.node.control.leader;

import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartReport;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Holds what a node has against what it should have. */
final class ReportReader {
  private final KnownNodes nodes;
  private final RunRegister runs;

  ReportReader(KnownNodes nodes, RunRegister runs) {
    this.nodes = nodes;
    this.runs = runs;
  }

  /** A report of this term that is newer than all before. */
  void read(NodeReport report) {
    Map<PartKey, PartState> has = new TreeMap<>();
    report.parts().forEach(part -> has.put(part.key(), part.state()));
    Set<PartKey> expected = new TreeSet<>();
    for (RunDrive drive : runs.on(report.node())) {
      PartKey key = drive.key();
      expected.add(key);
      drive.hear(report.node(), Optional.ofNullable(has.get(key)), report.heardSequence());
    }
    List<PartKey> forget = new ArrayList<>();
    for (PartReport part : report.parts()) {
      if (!expected.contains(part.key())) {
        if (part.state() instanceof PartState.Ended) {
          if (!ofLiveAttempt(part.key())) {
            forget.add(part.key());
          }
        } else if (!(part.state() instanceof PartState.Ending)) {
          var _ =
              nodes.instruct(
                  report.node(), new Order.End(part.key(), stray(part.key()), why(part.key())));
        }
      }
    }
    if (!forget.isEmpty()) {
      var _ = nodes.instruct(report.node(), new Order.Forget(forget));
    }
  }

  /** Whether the run's end is not on record yet: until then nodes must know how its parts ended. */
  private boolean ofLiveAttempt(PartKey key) {
    return runs.live(key.run()).filter(drive -> drive.key().equals(key)).isPresent();
  }

  /** How a part ends that should not be there. */
  private EndKind stray(PartKey key) {
    Optional<RunDrive> drive = runs.live(key.run());
    if (drive.isEmpty()) {
      return EndKind.ABORTED;
    }
    return drive.get().key().equals(key)
        ? drive.get().ending().orElse(EndKind.ABORTED)
        : EndKind.REPLACED;
  }

  private String why(PartKey key) {
    Optional<RunRecord> over = runs.ended(key.run());
    if (over.isPresent()) {
      return "the run is over: " + over.get().phase().word() + ", " + over.get().reason();
    }
    return runs.live(key.run()).isPresent()
        ? "the run goes on without this part"
        : "the cluster knows no such run";
  }
}
