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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Makes the parts that run on this node. */
public final class Parts implements PartFactory {
  /** Most parts of one run on a node, one after the other. */
  public static final int MAX_ATTEMPTS = 1_000;

  private final PartSettings settings;
  private final Set<Path> taken = ConcurrentHashMap.newKeySet();

  /** With what all of them have in common. */
  public Parts(PartSettings settings) {
    this.settings = settings;
  }

  /**
   * Where the results of a part go: the run's id, and a number when the run was here before, since
   * it was placed again after a node was lost.
   */
  private Path results(PartPlan plan) throws RunFailedException {
    String run = plan.run().value();
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      Path folder = settings.resultsFolder().resolve(attempt == 1 ? run : run + "." + attempt);
      if (taken.add(folder) && !Files.exists(folder)) {
        return folder;
      }
    }
    throw new RunFailedException(
        "run "
            + run
            + ": there are "
            + MAX_ATTEMPTS
            + " results folders of it in "
            + settings.resultsFolder());
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
    Path results = results(plan);
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
