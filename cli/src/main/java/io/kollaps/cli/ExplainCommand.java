package io.kollaps.cli;

import io.kollaps.emulation.Explainer;
import io.kollaps.emulation.FlowTable;
import io.kollaps.emulation.SharingExplanation;
import io.kollaps.emulation.SharingExplanation.Pair;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps explain FILE --flows a:b,c:d}. */
@Command(
    name = "explain",
    description =
        "Tells what share each of some flows would get if all of them sent as much as they can, where its bottleneck"
            + " is, and who competes there. Starts nothing.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private FileArgument file = new FileArgument();
  @Mixin private AtOption at = new AtOption();

  @Option(
      names = "--flows",
      required = true,
      split = ",",
      paramLabel = "FROM:TO",
      description = "The flows, as from:to with names of endpoints, separated by commas.")
  private List<String> flows = List.of();

  @Option(
      names = "--weights",
      paramLabel = "rtt|equal",
      description = "How flows share a link; default: what the file says, else rtt.")
  private @Nullable String weights;

  @Option(
      names = "--json",
      description = "Print JSON; a flow that nothing limits has no share_bps.")
  private boolean json;

  @Override
  public Integer call() {
    Output output = new Output(Objects.requireNonNull(spec));
    CompiledExperiment compiled = file.load(0, output).compiled();
    Paths paths = compiled.pathsAt(at.nanos());
    List<SharingExplanation> answers =
        Explainer.explain(paths, pairs(compiled, paths), sharing(compiled));
    List<ExplainJson> rows = answers.stream().map(answer -> row(compiled, answer)).toList();
    if (json) {
      output.json(rows);
    } else {
      rows.forEach(row -> output.line(sentence(row)));
    }
    return ExitCode.OK;
  }

  private SharingWeights sharing(CompiledExperiment compiled) {
    if (weights == null) {
      return compiled.experiment().settings().sharing();
    }
    return switch (weights) {
      case "rtt" -> SharingWeights.RTT;
      case "equal" -> SharingWeights.EQUAL;
      default ->
          throw new CommandFailure(
              ExitCode.BAD_INPUT, "--weights '" + weights + "' is unknown; write rtt or equal");
    };
  }

  private List<Pair> pairs(CompiledExperiment compiled, Paths paths) {
    List<Pair> pairs = new ArrayList<>();
    for (String flow : flows) {
      String[] ends = flow.strip().split(":", -1);
      if (ends.length != 2) {
        throw new CommandFailure(
            ExitCode.BAD_INPUT,
            "--flows '" + flow + "' is not a flow; write from:to, for example c1:c3");
      }
      for (Endpoint from : EndpointArgument.find(compiled, Optional.of(ends[0]))) {
        for (Endpoint to : EndpointArgument.find(compiled, Optional.of(ends[1]))) {
          if (from.index() != to.index()) {
            pairs.add(checked(paths, from, to, pairs));
          }
        }
      }
    }
    return pairs;
  }

  private Pair checked(Paths paths, Endpoint from, Endpoint to, List<Pair> before) {
    Pair pair = new Pair(from.index(), to.index());
    if (before.contains(pair)) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "--flows names " + from.name() + ":" + to.name() + " twice; name it once");
    }
    if (!paths.connected(from.index(), to.index())) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "there is no path from "
              + from.name()
              + " to "
              + to.name()
              + " at this time; see 'kollaps paths'");
    }
    return pair;
  }

  private static ExplainJson row(CompiledExperiment compiled, SharingExplanation answer) {
    List<Endpoint> endpoints = compiled.endpoints();
    return new ExplainJson(
        endpoints.get(answer.from()).name(),
        endpoints.get(answer.to()).name(),
        answer.shareBitsPerSecond() == FlowTable.UNLIMITED ? null : answer.shareBitsPerSecond(),
        answer.bottleneckLink().isPresent()
            ? compiled.network().linkName(answer.bottleneckLink().getAsInt())
            : null,
        answer.competitors().stream()
            .map(pair -> endpoints.get(pair.from()).name() + ":" + endpoints.get(pair.to()).name())
            .toList());
  }

  private static String sentence(ExplainJson row) {
    String share = row.shareBps() == null ? "all it can send" : Rates.format(row.shareBps());
    String why =
        row.bottleneck() == null
            ? "no link limits it"
            : "its bottleneck is "
                + row.bottleneck()
                + (row.competitors().isEmpty()
                    ? ", alone there"
                    : ", shared with " + String.join(", ", row.competitors()));
    return row.from() + " -> " + row.to() + ": " + share + "; " + why;
  }

  /** One flow as printed; the field names are a contract. */
  record ExplainJson(
      String from,
      String to,
      @Nullable Long shareBps,
      @Nullable String bottleneck,
      List<String> competitors) {}
}
