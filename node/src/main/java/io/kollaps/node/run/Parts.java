package io.kollaps.node.run;

import io.kollaps.node.fabric.FabricChoice;
import io.kollaps.node.fabric.FabricDemand;
import io.kollaps.node.fabric.FabricRefusedException;
import io.kollaps.node.load.ExperimentLoader;
import io.kollaps.node.load.LoadResult;
import io.kollaps.topology.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the parts that run on this node. */
public final class Parts implements PartFactory {
  private final PartSettings settings;

  /** With what all of them have in common. */
  public Parts(PartSettings settings) {
    this.settings = settings;
  }

  /** Folder of the results of this node's part of a run. */
  public Path resultsOf(PartPlan plan) {
    return settings.resultsFolder().resolve(plan.run().value());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Returns at once: the experiment is compiled when it is prepared, and what is wrong with it
   * is told to the listener.
   */
  @Override
  public Part create(PartPlan plan, PartListener listener, PeerSender peers)
      throws RunFailedException {
    Path results = resultsOf(plan);
    if (Files.exists(results)) {
      throw new RunFailedException(
          "run " + plan.run() + ": its results are here already, in " + results);
    }
    boolean alone = plan.nodes().size() == 1;
    return new LocalPart(
        new PartOrder(
            plan.run(),
            () -> content(plan),
            alone ? Optional.empty() : Optional.of(plan),
            alone
                ? Optional.empty()
                : Optional.of(
                    new PartOverlay(plan, settings.firstOverlayPort(), settings.lastOverlayPort())),
            peers,
            plan.endpointMtu(),
            settings.stateFolder(),
            results,
            settings.version(),
            settings.startConditionTimeoutNanos()),
        listener);
  }

  private PartContent content(PartPlan plan) throws RunFailedException {
    LoadResult.Loaded loaded =
        switch (ExperimentLoader.load(plan.fileName(), plan.file(), plan.seed())) {
          case LoadResult.Loaded good -> good;
          case LoadResult.Unusable bad ->
              throw new RunFailedException(
                  plan.fileName()
                      + " cannot be used: "
                      + bad.problems().stream()
                          .map(Problem::message)
                          .collect(Collectors.joining("; ")));
        };
    Homes homes = Homes.of(plan, loaded.compiled());
    try {
      FabricChoice choice =
          settings.fabrics().choose(plan.fabric(), FabricDemand.of(loaded.compiled()));
      return new PartContent(loaded, choice, plan.seed(), homes);
    } catch (FabricRefusedException e) {
      throw new RunFailedException(String.valueOf(e.getMessage()), e);
    }
  }
}
