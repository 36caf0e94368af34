package io.kollaps.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps version}. */
@Command(
    name = "version",
    description = "Prints the version of Kollaps and of the Java that runs it.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Output output = new Output(Objects.requireNonNull(spec));
    if (json) {
      output.json(new VersionJson(version(), Runtime.version().toString()));
    } else {
      output.line("kollaps " + version() + " (Java " + Runtime.version() + ")");
    }
    return ExitCode.OK;
  }

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  record VersionJson(String version, String java) {}

  /** Gives picocli the version for {@code --version}. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"kollaps " + version()};
    }
  }
}
