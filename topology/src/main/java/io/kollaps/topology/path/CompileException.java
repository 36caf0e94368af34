package io.kollaps.topology.path;

import io.kollaps.topology.Problem;
import io.kollaps.topology.SourcePosition;
import java.util.List;
import java.util.stream.Collectors;

/** An experiment cannot be compiled; carries every problem found, each with its remedy. */
public final class CompileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * Makes the exception; its message holds all problems.
   *
   * @param problems what is wrong, not empty, in the order in which it was found
   */
  public CompileException(List<Problem> problems) {
    super(problems.stream().map(CompileException::describe).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Every problem found, not empty. */
  public List<Problem> problems() {
    return problems;
  }

  private static String describe(Problem problem) {
    SourcePosition position = problem.position();
    String place =
        position.line() == 0 ? "" : "line " + position.line() + ":" + position.column() + ": ";
    return place + problem.message() + " (" + problem.remedy() + ")";
  }
}
