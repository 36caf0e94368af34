package io.kollaps.cli;

import java.io.Console;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Where a command prints: data to standard output, everything else to standard error. */
final class Output {
  private final PrintWriter out;
  private final PrintWriter err;

  Output(CommandSpec spec) {
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  void note(String text) {
    err.println(text);
    err.flush();
  }

  /** Prints a value as JSON with field names in snake_case. */
  void json(Object value) {
    JsonMapper mapper =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();
    line(mapper.writeValueAsString(value));
  }

  /** Prints a value as one line of JSON with field names in snake_case. */
  void jsonLine(Object value) {
    line(
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build()
            .writeValueAsString(value));
  }

  /** True when a person sees standard output: colours and progress are for terminals only. */
  @SuppressWarnings("SystemConsoleNull") // NullAway and the JDK's annotations differ on it
  static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
