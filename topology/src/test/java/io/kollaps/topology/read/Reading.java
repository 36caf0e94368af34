package io.kollaps.topology.read;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads texts for tests. */
final class Reading {
  private Reading() {}

  static ReadResult read(String text) {
    return ExperimentReader.read("dir/test file.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  static Experiment valid(String text) {
    return switch (read(text)) {
      case ReadResult.Valid(Experiment experiment) -> experiment;
      case ReadResult.Invalid(List<Problem> problems) ->
          throw new AssertionError("expected a valid file: " + shown(problems));
    };
  }

  static List<Problem> problems(String text) {
    return switch (read(text)) {
      case ReadResult.Valid _ -> throw new AssertionError("expected problems: " + text);
      case ReadResult.Invalid(List<Problem> problems) -> problems;
    };
  }

  /** Problems as {@code line:column message | remedy}. */
  static List<String> shown(List<Problem> problems) {
    return problems.stream()
        .map(
            p ->
                p.position().line()
                    + ":"
                    + p.position().column()
                    + " "
                    + p.message()
                    + " | "
                    + p.remedy())
        .toList();
  }
}
