package io.kollaps.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kollaps bench}. */
@Command(
    name = "bench",
    description =
        "Measures Kollaps on this machine; every figure stands beside what it is compared with. See docs/bench.md.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchFabricCommand.class,
      BenchTopologyCommand.class,
      BenchSharingCommand.class,
      BenchEventsCommand.class,
      BenchEndpointsCommand.class,
      BenchDiscoveryCommand.class,
      BenchSimulateCommand.class,
      BenchClusterCommand.class,
      BenchPlacementCommand.class,
      BenchUsageCommand.class,
    })
final class BenchCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    known.commandLine().usage(known.commandLine().getOut());
    return ExitCode.OK;
  }
}
