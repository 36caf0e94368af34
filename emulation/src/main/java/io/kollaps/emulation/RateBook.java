package io.kollaps.emulation;

import io.kollaps.emulation.CoreCommand.PathRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rates that own paths stand at, and those that have to be commanded. */
final class RateBook {
  private final PathTable paths;
  private final double changeFraction;
  private final long[] rates;
  private List<PathRate> pending = new ArrayList<>();

  RateBook(PathTable paths, double changeFraction) {
    this.paths = paths;
    this.changeFraction = changeFraction;
    rates = new long[paths.ownCount()];
  }

  /** Sets a path's rate; commanded when it differs enough from the one it stands at. */
  void set(int own, double rate) {
    long whole = Rates.setting(rate);
    if (Rates.differ((double) rates[own], (double) whole, changeFraction)) {
      rates[own] = whole;
      pending.add(new PathRate(paths.pathIdOf(own), whole));
    }
  }

  /** The rate that a path stands at, 0 when it has none. */
  long rate(int own) {
    return rates[own];
  }

  /** What has to be commanded since the last call. */
  Optional<CoreCommand> drain() {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    List<PathRate> drained = pending;
    pending = new ArrayList<>();
    return Optional.of(new CoreCommand.SetRates(drained));
  }
}
