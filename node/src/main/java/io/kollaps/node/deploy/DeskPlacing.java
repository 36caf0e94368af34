package io.kollaps.node.deploy;

import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.PlacementDesk;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.PlacementRequest;
import io.kollaps.placement.Placer;
import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Asks the leader's desk where an experiment would run beside what runs now. */
final class DeskPlacing implements Placing {
  private static final long DEFAULT_SEED = 1;
  private static final int MOST_PROBLEMS = 100;

  private final ControllerLoop controller;
  private final ClusterForPlacing cluster;

  DeskPlacing(ControllerLoop controller, ClusterForPlacing cluster) {
    this.controller = controller;
    this.cluster = cluster;
  }

  @Override
  public Answer plan(Submission submission) {
    long seed = submission.seed().orElse(DEFAULT_SEED);
    PlacementRequest request;
    try {
      request = PlacementRequest.of(compiled(submission, seed), submission.pins());
    } catch (CompileException e) {
      return unusable(submission.fileName(), e.problems());
    } catch (IllegalArgumentException e) {
      return new Unusable(String.valueOf(e.getMessage()), List.of());
    }
    PlacementOptions options =
        new PlacementOptions(
            PlacementOptions.DEFAULT.timeNanos(), PlacementOptions.DEFAULT.maxTrials(), seed);
    try {
      return controller.atDesk(desk -> planned(desk, request, options)).join();
    } catch (CompletionException e) {
      return new Unusable("it could not be placed: " + e.getCause(), List.of());
    }
  }

  private Planned planned(PlacementDesk desk, PlacementRequest request, PlacementOptions options) {
    Placement placement = new Placer(System::nanoTime).place(request, desk.reservations(), options);
    return new Planned(
        placement instanceof Placement.Refused refused ? desk.explained(refused) : placement,
        cluster.notices());
  }

  private static CompiledExperiment compiled(Submission submission, long seed)
      throws CompileException {
    return switch (ExperimentReader.read(submission.fileName(), submission.file().bytes())) {
      case ReadResult.Invalid invalid -> throw new CompileException(invalid.problems());
      case ReadResult.Valid valid -> ExperimentCompiler.compile(valid.experiment(), seed);
    };
  }

  private static Unusable unusable(String fileName, List<Problem> problems) {
    return new Unusable(
        fileName + " has " + (problems.size() == 1 ? "a problem" : problems.size() + " problems"),
        problems.stream()
            .limit(MOST_PROBLEMS)
            .map(problem -> problem.position() + ": " + problem.message() + "; " + problem.remedy())
            .toList());
  }
}
