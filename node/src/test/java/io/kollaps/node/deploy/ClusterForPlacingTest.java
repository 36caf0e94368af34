package io.kollaps.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.Ban;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.node.control.leader.Absence;
import io.kollaps.node.control.leader.Absence.Why;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClusterForPlacingTest {
  private static final NodeId ACTIVE = new NodeId("a");
  private static final NodeId LOST = new NodeId("b");
  private static final NodeId DRAINED = new NodeId("c");
  private static final NodeId NEW = new NodeId("d");
  private static final NodeId BANNED = new NodeId("e");

  private final SortedMap<NodeId, Member> members = new TreeMap<>();
  private final SortedMap<Document.Key, Document> facts = new TreeMap<>();

  private void member(NodeId id, Member.Mode mode, boolean saidWhatItTakes) {
    String name = "node-" + id.value();
    members.put(id, new Member(id, name, "host", 7700, members.size(), mode, 1, 1, ""));
    if (saidWhatItTakes) {
      facts.put(
          new Document.Key(NodeFacts.ROOM, id.value()),
          new Document(NodeFacts.ROOM, id.value(), 1, new NodeFacts(4, 1000, 1, 1500).encode()));
    }
  }

  @Test
  void shouldKnowWhyMembersGetNothing() {
    member(NEW, Member.Mode.ACTIVE, false);
    member(ACTIVE, Member.Mode.ACTIVE, true);
    member(LOST, Member.Mode.DRAINED, true);
    member(DRAINED, Member.Mode.DRAINED, false);
    SortedMap<NodeId, Ban> bans =
        new TreeMap<>(Map.of(BANNED, new Ban(BANNED, "node-e", "stolen", 1)));
    ControlState state =
        new ControlState("c", members, new TreeMap<>(), bans, Optional.empty(), facts, 4, 9);

    List<Absence> absences = ClusterForPlacing.absences(state, LOST::equals);

    assertThat(absences)
        .containsExactly(
            new Absence("node-d", Why.STARTING),
            new Absence("node-b", Why.LOST),
            new Absence("node-c", Why.DRAINED),
            new Absence("node-e", Why.BANNED));
  }
}
