package io.kollaps.benchmarks.placement;

import java.util.Locale;

/** Kinds of made-up placement problems; docs/bench.md says how each is made. */
public enum PlacementKind {
  /** The network never limits: only balance counts. */
  LOOSE,
  /** Random trees on both sides, emulated links of up to 200 Mbit/s on real ones of 50 to 1000. */
  TIGHT,
  /** Emulated racks in shuffled order on nodes that can carry one rack each. */
  PLANTED,
  /** Every emulated link asks for more than any real link has. */
  INFEASIBLE,
  /** Figure 49 of the thesis: the same experiment again and again, until one is refused. */
  FIG49;

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException for a name that is none
   */
  public static PlacementKind of(String name) {
    for (PlacementKind kind : values()) {
      if (kind.text().equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "--kind '" + name + "' is unknown; write loose, tight, planted, infeasible or fig49");
  }

  /** Its name as people write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
