package io.kollaps.topology;

/**
 * A place in a topology file.
 *
 * @param line 1-based, 0 where unknown
 * @param column 1-based, 0 where unknown
 */
public record SourcePosition(int line, int column) {
  /** No place in a file. */
  public static final SourcePosition UNKNOWN = new SourcePosition(0, 0);
}
