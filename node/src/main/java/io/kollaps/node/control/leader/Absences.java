package io.kollaps.node.control.leader;

import io.kollaps.placement.Reservations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Says which nodes could take nothing when an experiment was refused. */
final class Absences {
  /** So many nodes are named; the others are counted. */
  static final int MOST_NAMED = 5;

  private Absences() {}

  /**
   * One clause for people, empty when every node can take something: {@code these nodes take
   * nothing now: n2 (lost), n3 (drained) and 4 more}.
   *
   * @param cluster the cluster of the moment
   * @param reservations what is taken of it
   */
  static String clause(PlaceableCluster cluster, Reservations reservations) {
    List<Absence> all = new ArrayList<>(cluster.absences());
    Set<String> known = all.stream().map(Absence::node).collect(Collectors.toSet());
    for (int node = 0; node < cluster.cluster().nodes().size(); node++) {
      String name = cluster.cluster().nodes().get(node).name();
      int most = cluster.cluster().nodes().get(node).maxEndpoints();
      if (!known.contains(name) && reservations.load(node) >= most) {
        all.add(new Absence(name, most > 0 ? Absence.Why.FULL : Absence.Why.CLOSED));
      }
    }
    if (all.isEmpty()) {
      return "";
    }
    String named =
        all.stream()
            .sorted(Comparator.comparing(Absence::why))
            .limit(MOST_NAMED)
            .map(absence -> absence.node() + " (" + absence.why().text() + ")")
            .collect(Collectors.joining(", "));
    int more = all.size() - MOST_NAMED;
    return (all.size() == 1 ? "this node takes nothing now: " : "these nodes take nothing now: ")
        + named
        + (more > 0 ? " and " + more + " more" : "");
  }
}
