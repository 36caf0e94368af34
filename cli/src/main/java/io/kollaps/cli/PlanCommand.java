package io.kollaps.cli;

import io.kollaps.node.local.RunActions;
import io.kollaps.placement.Placement;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.PlacementRequest;
import io.kollaps.placement.Placer;
import io.kollaps.placement.Reservations;
import io.kollaps.placement.network.Soundness;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps plan FILE [--nodes-file NODES]}. */
@Command(
    name = "plan",
    description =
        "Says where each endpoint would run on the cluster and why, or what does not fit and by how much. Starts nothing.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class PlanCommand implements Callable<Integer> {
  private static final double NANOS_PER_MILLI = 1e6;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private FileArgument file = new FileArgument();

  @Option(
      names = "--nodes-file",
      paramLabel = "NODES",
      description =
          "YAML file with the nodes and the network between them, see docs/plan.md; default: the cluster of this"
              + " machine's node, with what runs there now.")
  private @Nullable Path nodesFile;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides what is left to chance; default: 1.")
  private long seed = 1;

  @Option(
      names = "--pin",
      paramLabel = "WHO=NODE",
      description = "An endpoint, or all of a service, must run on this node; may be repeated.")
  private Map<String, String> pins = new HashMap<>();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    Output output = new Output(known);
    return nodesFile == null ? onCluster(known, output) : described(nodesFile, output);
  }

  /** Asks the leader of the cluster. */
  private int onCluster(CommandSpec known, Output output) {
    RunActions.Plan plan =
        Daemons.ask(known, RunActions.PLAN, SubmissionFile.planned(file.path(), seed, pins));
    Soundness soundness = Soundness.valueOf(plan.soundness());
    if (json) {
      output.json(PlanJson.of(plan));
    } else if (plan.placed()) {
      BenchTable table = new BenchTable(3, "endpoint", "node", "why");
      plan.seats().forEach(seat -> table.add(seat.endpoint(), seat.node(), seat.why()));
      output.line(table.text());
    } else {
      output.line((plan.proved() ? "does not fit: " : "not placed: ") + plan.reason());
    }
    plan.notices().forEach(output::note);
    if (!json && plan.notices().isEmpty()) {
      output.note(
          String.format(Locale.ROOT, "%s; %.1f ms", soundness.meaning(), plan.searchMillis()));
    }
    return plan.placed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private int described(Path path, Output output) {
    NodesFile.Content nodes = NodesFile.read(path);
    PlacementRequest request = request(nodes, output);
    PlacementOptions options =
        new PlacementOptions(
            PlacementOptions.DEFAULT.timeNanos(), PlacementOptions.DEFAULT.maxTrials(), seed);
    Placement answer =
        new Placer(System::nanoTime).place(request, new Reservations(nodes.cluster()), options);
    if (json) {
      output.json(PlanJson.of(answer));
    } else {
      print(answer, output);
    }
    return answer instanceof Placement.Placed ? ExitCode.OK : ExitCode.FAILED;
  }

  private PlacementRequest request(NodesFile.Content nodes, Output output) {
    Map<String, String> all = new HashMap<>(nodes.pins());
    all.putAll(pins);
    try {
      return PlacementRequest.of(file.load(seed, output).compiled(), all);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "plan: " + e.getMessage());
    }
  }

  private static void print(Placement answer, Output output) {
    switch (answer) {
      case Placement.Placed placed -> {
        BenchTable table = new BenchTable(3, "endpoint", "node", "why");
        placed.seats().forEach(seat -> table.add(seat.endpoint(), seat.node(), seat.why()));
        output.line(table.text());
      }
      case Placement.Refused refused ->
          output.line((refused.proved() ? "does not fit: " : "not placed: ") + refused.reason());
    }
    output.note(
        String.format(
            Locale.ROOT,
            "%s; %.1f ms",
            answer.soundness().meaning(),
            answer.searchNanos() / NANOS_PER_MILLI));
  }

  /** A plan as printed; the field names are a contract. */
  record PlanJson(
      boolean placed,
      String soundness,
      double timeMs,
      List<Placement.Seat> seats,
      boolean proved,
      @Nullable String reason,
      @Nullable CutJson tightest) {

    static PlanJson of(RunActions.Plan plan) {
      return new PlanJson(
          plan.placed(),
          plan.soundness().toLowerCase(Locale.ROOT),
          plan.searchMillis(),
          plan.seats().stream()
              .map(seat -> new Placement.Seat(seat.endpoint(), seat.node(), seat.why()))
              .toList(),
          plan.proved(),
          plan.placed() ? null : plan.reason(),
          plan.tightest()
              .map(
                  cut ->
                      CutJson.of(
                          new Placement.TightCut(
                              cut.name(), cut.capacityBps(), cut.leftBps(), cut.neededBps())))
              .orElse(null));
    }

    static PlanJson of(Placement answer) {
      String soundness = answer.soundness().name().toLowerCase(Locale.ROOT);
      double timeMs = answer.searchNanos() / NANOS_PER_MILLI;
      return switch (answer) {
        case Placement.Placed placed ->
            new PlanJson(true, soundness, timeMs, placed.seats(), true, null, null);
        case Placement.Refused refused ->
            new PlanJson(
                false,
                soundness,
                timeMs,
                List.of(),
                refused.proved(),
                refused.reason(),
                refused.tightest().map(CutJson::of).orElse(null));
      };
    }
  }

  /** What the best attempt exceeded most; the field names are a contract. */
  record CutJson(String name, long capacityBps, long leftBps, long neededBps, long lackingBps) {
    static CutJson of(Placement.TightCut cut) {
      return new CutJson(
          cut.name(),
          cut.capacityBitsPerSecond(),
          cut.leftBitsPerSecond(),
          cut.neededBitsPerSecond(),
          cut.lackingBitsPerSecond());
    }
  }
}
