package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.FabricKind;

/**
 * What is measured and how.
 *
 * @param kind the fabric
 * @param plan how long and how often
 * @param notes who is told
 */
record Subject(FabricKind kind, FabricPlan plan, Notes notes) {
  /** Same draws of loss and jitter at every use. */
  static final long SEED = 1;

  FabricRow row(String what, double nominal, double ideal, double measured, String unit) {
    return FabricRow.of(kind.word(), what, nominal, ideal, measured, unit);
  }
}
