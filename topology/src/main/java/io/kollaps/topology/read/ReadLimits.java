package io.kollaps.topology.read;

/**
 * Bounds of a topology file; each ends in a problem that names it, never in a slow or large read.
 */
final class ReadLimits {

  /** Deepest nesting of elements or values; the formats themselves need 5. */
  static final int MAX_DEPTH = 32;

  /** Most elements, attributes and values in a file. */
  static final int MAX_VALUES = 1_000_000;

  /** Most problems, and most notices, that are kept; the first ones of the file are. */
  static final int MAX_PROBLEMS = 100;

  /** Problems after which the rest of a file is not judged any more. */
  static final int MAX_FOUND = 10_000;

  /** Most link directions after replicas are expanded. */
  static final int MAX_LINK_DIRECTIONS = 1_000_000;

  /** Longest latency or jitter of a link: 1 h, so that sums over any path fit in a long. */
  static final long MAX_LATENCY_NANOS = 3_600_000_000_000L;

  /** Latest time of an event and longest duration: 365 days. */
  static final long MAX_OFFSET_NANOS = 365L * 24 * 3600 * 1_000_000_000L;

  /** Shortest period of the sharing loop: 1 ms. */
  static final long MIN_PERIOD_NANOS = 1_000_000L;

  /** Longest period of the sharing loop: 10 s. */
  static final long MAX_PERIOD_NANOS = 10_000_000_000L;

  /** Most processors that one endpoint may ask for. */
  static final int MAX_CPUS = 4096;

  /** Longest piece of the file that a message repeats, in characters. */
  static final int MAX_QUOTED_CHARS = 60;

  private ReadLimits() {}
}
