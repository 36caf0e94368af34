package io.kollaps.benchmarks;

/** A benchmark could not be made. The message says what happened, where, and what to do next. */
public final class BenchmarkException extends Exception {
  private static final long serialVersionUID = 1L;

  public BenchmarkException(String message) {
    super(message);
  }

  public BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
