package io.kollaps.cli;

import io.kollaps.node.local.NodeActions;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps nodes}. */
@Command(
    name = "nodes",
    description = "The nodes of the cluster: roles, who is lost, clocks.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class NodesCommand implements Callable<Integer> {
  private static final String FORMAT = "%-16s %-22s %-9s %-8s %-8s %12s  %-24s %s";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    NodeActions.Nodes reply = Daemons.ask(known, NodeActions.NODES, NodeActions.Nothing.NOTHING);
    Output output = new Output(known);
    if (json) {
      output.json(reply);
      return ExitCode.OK;
    }
    output.line(
        String.format(
                Locale.ROOT,
                FORMAT,
                "NODE",
                "ADDRESS",
                "ROLE",
                "MODE",
                "STATE",
                "SILENT",
                "CLOCK (leader's - own)",
                "ID")
            .stripTrailing());
    reply.nodes().forEach(node -> output.line(row(node)));
    if (!reply.fresh()) {
      output.note("kollaps: the leader cannot be asked; who is alive and the clocks are not known");
    }
    return ExitCode.OK;
  }

  private static String row(NodeActions.NodeRow node) {
    return String.format(
        Locale.ROOT,
        FORMAT,
        node.name(),
        node.address() + ":" + node.port(),
        node.role(),
        node.mode(),
        node.condition(),
        node.silentMillis() < 0 ? "-" : node.silentMillis() + " ms",
        clock(node),
        node.id());
  }

  private static String clock(NodeActions.NodeRow node) {
    if (node.role().equals("leader")) {
      return "0 (it is the clock)";
    }
    return node.clockKnown()
        ? String.format(Locale.ROOT, "%+.3f ms +- %.3f ms", node.offsetMillis(), node.boundMillis())
        : "not known yet";
  }
}
