package io.kollaps.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kollaps node}. */
@Command(
    name = "node",
    description = "This machine as a node of a cluster, and what happens to nodes.",
    mixinStandardHelpOptions = true,
    subcommands = {
      NodeStartCommand.class,
      NodeRehearseCommand.class,
      NodeChangeCommand.Leave.class,
      NodeChangeCommand.Drain.class,
      NodeChangeCommand.Undrain.class,
      NodeChangeCommand.Ban.class,
    })
final class NodeCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    known.commandLine().usage(known.commandLine().getOut());
    return ExitCode.OK;
  }
}
