package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.Texts;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.PlacementRequest;
import io.kollaps.placement.Placer;
import io.kollaps.placement.Reservations;
import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads, compiles, places and reserves, one after the other. Used from one thread, not that of the
 * controller: an answer may take seconds. There is always one, whatever the file.
 */
public final class PlacementDesk {
  /** A fabric that each node chooses by itself. */
  public static final String AUTO = "auto";

  private static final int MAX_PROBLEMS = 100;
  private static final int MAX_PROBLEM_LENGTH = 500;

  private final Supplier<PlaceableCluster> clusters;
  private final Placer placer;
  private final PlacementOptions options;
  private final Set<String> fabrics;
  private PlaceableCluster cluster;
  private Reservations reservations;

  /**
   * A desk at which nothing is reserved.
   *
   * @param clusters the cluster of the moment, asked before each placement
   * @param placer decides
   * @param options how it searches; the seed is that of the run
   * @param fabrics names of fabrics besides {@link #AUTO}
   */
  public PlacementDesk(
      Supplier<PlaceableCluster> clusters,
      Placer placer,
      PlacementOptions options,
      Set<String> fabrics) {
    this.clusters = clusters;
    this.placer = placer;
    this.options = options;
    this.fabrics = new TreeSet<>(fabrics);
    this.cluster = clusters.get();
    this.reservations = new Reservations(cluster.cluster());
  }

  /** Answers {@link ControllerCommand.Place}; what a placement needs is reserved. */
  public PlacingAnswer place(ControllerCommand.Place place) {
    if (!place.fabric().equals(AUTO) && !fabrics.contains(place.fabric())) {
      return refused(
          "there is no fabric "
              + place.fabric()
              + "; known are auto, "
              + String.join(", ", fabrics));
    }
    try {
      return switch (ExperimentReader.read(place.fileName(), place.file().bytes())) {
        case ReadResult.Invalid invalid -> refused(place.fileName(), invalid.problems());
        case ReadResult.Valid valid ->
            place(place, ExperimentCompiler.compile(valid.experiment(), place.seed()));
      };
    } catch (CompileException e) {
      return refused(place.fileName(), e.problems());
    } catch (RuntimeException | StackOverflowError e) {
      // An answer there must be: without one the desk would seem busy, and nothing run any more.
      return refused(
          "placing "
              + place.fileName()
              + " failed by a mistake in Kollaps, please report it: "
              + e);
    }
  }

  private PlacingAnswer place(ControllerCommand.Place place, CompiledExperiment compiled) {
    refresh();
    PlacementRequest request;
    try {
      request = PlacementRequest.of(compiled, place.pins());
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    PlacementOptions search =
        new PlacementOptions(options.timeNanos(), options.maxTrials(), place.seed());
    return switch (placer.place(request, reservations, search)) {
      case Placement.Refused none -> refused(explained(none).reason());
      case Placement.Placed placed -> {
        if (!reservations.commit(place.key().toString(), request, placed)) {
          yield refused("what it needs was taken meanwhile; submit it again");
        }
        List<NodeId> homes = placed.seats().stream().map(seat -> cluster.id(seat.node())).toList();
        List<NodeId> nodes = homes.stream().distinct().sorted().toList();
        yield new PlacingAnswer.Placed(
            compiled.experiment().name(), nodes, homes.stream().map(nodes::indexOf).toList());
      }
    };
  }

  /**
   * A refusal that also says which nodes can take nothing now, and why; the same one when every
   * node can take something. At most five nodes are named. To be asked on the desk's thread.
   */
  public Placement.Refused explained(Placement.Refused refused) {
    String clause = Absences.clause(cluster, reservations);
    return clause.isEmpty()
        ? refused
        : new Placement.Refused(
            refused.proved(),
            refused.reason() + "; " + clause,
            refused.tightest(),
            refused.soundness(),
            refused.searchNanos());
  }

  private static PlacingAnswer.Refused refused(String reason) {
    return new PlacingAnswer.Refused(Texts.reason(reason), List.of());
  }

  private static PlacingAnswer.Refused refused(String fileName, List<Problem> problems) {
    return new PlacingAnswer.Refused(
        fileName
            + " has "
            + (problems.size() == 1 ? "a problem" : problems.size() + " problems")
            + "; nothing was started",
        problems.stream().limit(MAX_PROBLEMS).map(PlacementDesk::line).toList());
  }

  private static String line(Problem problem) {
    return Texts.cut(
        problem.position().line()
            + ":"
            + problem.position().column()
            + ": "
            + problem.message()
            + "; "
            + problem.remedy(),
        MAX_PROBLEM_LENGTH);
  }

  /**
   * Does {@link ControllerCommand.Reserve}.
   *
   * @return false when nothing was reserved: a node is unknown, or the file cannot be read by this
   *     version of Kollaps
   */
  public boolean reserve(ControllerCommand.Reserve reserve) {
    refresh();
    var record = reserve.record();
    try {
      if (ExperimentReader.read(record.fileName(), reserve.file().bytes())
          instanceof ReadResult.Valid valid) {
        PlacementRequest request =
            PlacementRequest.of(
                ExperimentCompiler.compile(valid.experiment(), record.seed()), Map.of());
        List<String> homes =
            record.homes().stream()
                .map(home -> record.nodes().get(home))
                .map(node -> cluster.name(node.id()).orElseGet(node::name))
                .toList();
        return homes.size() == request.endpoints().size()
            && reservations.restore(record.reservation(), new Reservations.Held(request, homes));
      }
    } catch (CompileException | RuntimeException e) {
      return false;
    }
    return false;
  }

  /** Does {@link ControllerCommand.Release}; false when nothing was reserved. */
  public boolean release(PartKey key) {
    return reservations.release(key.toString());
  }

  /** Does {@link ControllerCommand.ReleaseAll}. */
  public void releaseAll() {
    cluster = clusters.get();
    reservations = new Reservations(cluster.cluster());
  }

  private void refresh() {
    PlaceableCluster now = clusters.get();
    if (!now.equals(cluster)) {
      cluster = now;
      reservations = reservations.on(now.cluster());
    }
  }

  /** What is reserved, on the cluster of the moment; to be read on the desk's thread. */
  public Reservations reservations() {
    refresh();
    return reservations;
  }
}
