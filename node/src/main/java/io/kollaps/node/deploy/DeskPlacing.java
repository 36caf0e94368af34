package io.kollaps.node.deploy;

import io.kollaps.node.control.Submission;
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
      Placement placement =
          controller
              .atDesk(
                  desk -> new Placer(System::nanoTime).place(request, desk.reservations(), options))
              .join();
      return new Planned(placement, cluster.notices());
    } catch (CompletionException e) {
      return new Unusable("it could not be placed: " + e.getCause(), List.of());
    }
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
