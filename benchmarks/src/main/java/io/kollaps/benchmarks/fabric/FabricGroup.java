package io.kollaps.benchmarks.fabric;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be measured of a fabric by itself. */
public enum FabricGroup {
  /** Goodput of flows that fill their path's rate, and what that costs at 1 Gbit/s. */
  RATES,
  /** Round trips, jitter and loss of unloaded paths. */
  DELAYS,
  /** What passes at most, and where the time goes. */
  THROUGHPUT,
  /** What many paths and many changes of rates cost. */
  COSTS,
  /** What passes at most between two nodes, and how fast. */
  OVERLAY;

  /** Whether the machine decides the figures, and a slow one measures itself. */
  boolean isUnshaped() {
    return this == THROUGHPUT || this == OVERLAY;
  }

  /** Name as in {@code --only}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The group of a name, if there is one. */
  public static Optional<FabricGroup> named(String name) {
    return Arrays.stream(values()).filter(group -> group.word().equals(name)).findFirst();
  }
}
