package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import java.util.List;

/** What came of placing a run. */
public sealed interface PlacingAnswer {

  /**
   * Every endpoint has a node; what it needs is reserved under the key's name.
   *
   * @param experiment the experiment's name
   * @param nodes nodes with an endpoint, in the order of their ids
   * @param homes index into the nodes, by endpoint
   */
  record Placed(String experiment, List<NodeId> nodes, List<Integer> homes)
      implements PlacingAnswer {
    /** Copies the lists. */
    public Placed {
      nodes = List.copyOf(nodes);
      homes = List.copyOf(homes);
    }
  }

  /**
   * It cannot run; nothing is reserved.
   *
   * @param reason one sentence
   * @param problems all that is wrong with the file, where that is the reason
   */
  record Refused(String reason, List<String> problems) implements PlacingAnswer {
    /** Copies the list. */
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
