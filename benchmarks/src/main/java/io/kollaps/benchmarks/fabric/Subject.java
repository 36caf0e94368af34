package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.Emulator;

/**
 * What is measured and how.
 *
 * @param emulator the fabric, or what is compared
 * @param plan how long and how often
 * @param notes who is told
 */
record Subject(Emulator emulator, FabricPlan plan, Notes notes) {
  /** Same draws of loss and jitter at every use. */
  static final long SEED = 1;

  /** Goodput of full TCP packets at a rate, as the emulator counts it. */
  double idealTcpGoodput(double rateBitsPerSecond) {
    return Statistics.idealTcpGoodput(rateBitsPerSecond) * countedShare();
  }

  /** The same for UDP. */
  double idealUdpGoodput(double rateBitsPerSecond) {
    return Statistics.idealUdpGoodput(rateBitsPerSecond) * countedShare();
  }

  private double countedShare() {
    double mtu = Statistics.MTU_BYTES;
    return mtu / (mtu + emulator.framingBytes());
  }

  FabricRow row(String what, double nominal, double ideal, double measured, String unit) {
    return FabricRow.of(emulator.name(), what, nominal, ideal, measured, unit);
  }
}
