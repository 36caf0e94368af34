package io.kollaps.node.control.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.TinyCluster;
import io.kollaps.node.control.leader.Absence.Why;
import io.kollaps.node.load.FileContent;
import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.Placer;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.Soundness;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AbsencesTest {
  /** Nodes n0, n1 and so on that take so many endpoints each. */
  private static PlaceableCluster cluster(List<Absence> absences, int... slots) {
    List<NodeCapacity> nodes = new ArrayList<>();
    List<NodeId> ids = new ArrayList<>();
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      ids.add(new NodeId("n" + i));
      nodes.add(
          new NodeCapacity("n" + i, slots[i], NodeCapacity.UNLIMITED, NodeCapacity.UNLIMITED, 0));
      vertices.add(new KnownTree.Vertex("n" + i, Optional.of(slots.length), 1_000, 1_000));
    }
    vertices.add(new KnownTree.Vertex("switch", Optional.empty(), 0, 0));
    return new PlaceableCluster(
        new Cluster(nodes, new KnownTree(slots.length, vertices)), ids, absences);
  }

  private static PlacementDesk desk(PlaceableCluster cluster) {
    return new PlacementDesk(
        () -> cluster,
        new Placer(() -> 0),
        new PlacementOptions(Long.MAX_VALUE, 2_000, 1),
        Set.of("user-space"));
  }

  private static String explained(PlaceableCluster cluster) {
    Placement.Refused refused =
        new Placement.Refused(
            true, "it does not fit", Optional.empty(), Soundness.KNOWN_TOPOLOGY, 0);
    return desk(cluster).explained(refused).reason();
  }

  @Test
  void shouldAddNothingWhenEveryNodeTakesSomething() {
    assertThat(explained(cluster(List.of(), 1, 20))).isEqualTo("it does not fit");
  }

  @Test
  void shouldSayOfEachNodeWhyItTakesNothing() {
    List<Absence> absences =
        List.of(
            new Absence("n1", Why.STARTING),
            new Absence("n2", Why.DRAINED),
            new Absence("n3", Why.LOST),
            new Absence("old", Why.BANNED));

    assertThat(explained(cluster(absences, 5, 0, 0, 0)))
        .isEqualTo(
            "it does not fit; these nodes take nothing now: n3 (lost), n2 (drained), n1 (starting), old (banned)");
  }

  @Test
  void shouldNameFiveNodesAndCountTheOthers() {
    List<Absence> absences = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      absences.add(new Absence("n" + i, i < 8 ? Why.DRAINED : Why.LOST));
    }

    assertThat(explained(cluster(absences, new int[9])))
        .isEqualTo(
            "it does not fit; these nodes take nothing now: n8 (lost), n0 (drained), n1 (drained),"
                + " n2 (drained), n3 (drained) and 4 more");
  }

  @Test
  void shouldNameNodesThatAreFullAndSuchThatAreSetToTakeNothing() {
    PlaceableCluster cluster = cluster(List.of(), 2, 0);
    PlacementDesk desk = desk(cluster);

    assertThat(desk.place(place("run-1"))).isInstanceOf(PlacingAnswer.Placed.class);
    PlacingAnswer.Refused refused = (PlacingAnswer.Refused) desk.place(place("run-2"));

    assertThat(refused.reason())
        .startsWith("all nodes together take 0 more endpoints, and there are 2; ")
        .endsWith("these nodes take nothing now: n0 (no slots left), n1 (takes no endpoints)");
  }

  @Test
  void shouldSpeakOfOneNodeAsOfOne() {
    assertThat(explained(cluster(List.of(), 5, 0)))
        .endsWith("; this node takes nothing now: n1 (takes no endpoints)");
  }

  private static ControllerCommand.Place place(String run) {
    return new ControllerCommand.Place(
        1,
        new PartKey(new RunId(run), 1),
        "two.yaml",
        new FileContent(TinyCluster.star("two", 2, "10 Mbit/s").getBytes(StandardCharsets.UTF_8)),
        1,
        PlacementDesk.AUTO,
        Map.of());
  }
}
