package io.kollaps.benchmarks;

/** Is told what a benchmark does and what a reader of its figures must know. */
@FunctionalInterface
public interface Notes {
  /** One line for people. */
  void note(String line);

  /** Tells nobody. */
  static Notes silent() {
    return line -> {};
  }
}
