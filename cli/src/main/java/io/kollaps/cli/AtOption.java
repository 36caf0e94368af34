package io.kollaps.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The {@code --at} option: a time of the timeline. */
final class AtOption {
  private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ns|us|ms|s|min|h)?");
  private static final Map<String, Double> NANOS =
      Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9, "min", 60e9, "h", 3600e9);
  private static final double MAX_NANOS = 1e18;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      defaultValue = "0 s",
      description =
          "Time of the timeline, as '90 s' or '1.5 min'; a number alone is seconds. Default: ${DEFAULT-VALUE}.")
  private String at = "0 s";

  /** Offset from the experiment's start. */
  long nanos() {
    Matcher matcher = TIME.matcher(at.strip());
    if (!matcher.matches()) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT, "--at '" + at + "' is not a time; write for example --at '90 s'");
    }
    String unit = matcher.group(2) == null ? "s" : matcher.group(2);
    double nanos = Double.parseDouble(matcher.group(1)) * NANOS.getOrDefault(unit, 1e9);
    if (nanos > MAX_NANOS) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT, "--at '" + at + "' is too large; at most 30 years");
    }
    return Math.round(nanos);
  }
}
