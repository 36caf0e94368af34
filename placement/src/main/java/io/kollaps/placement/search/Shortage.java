package io.kollaps.placement.search;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Proves from slots, processors and memory alone that nothing fits. */
final class Shortage {
  private Shortage() {}

  static Optional<Proof> of(SearchCase searchCase) {
    long slots = Arrays.stream(searchCase.freeSlots()).asLongStream().sum();
    if (slots < searchCase.endpointCount()) {
      return proof(
          "all nodes together take "
              + slots
              + " more endpoints, and there are "
              + searchCase.endpointCount());
    }
    return amount(
            searchCase.needMilliCpus(), searchCase.freeMilliCpus(), "thousandths of a processor")
        .or(
            () ->
                amount(
                    searchCase.needMemoryBytes(), searchCase.freeMemoryBytes(), "bytes of memory"))
        .or(() -> pinned(searchCase))
        .or(() -> largest(searchCase));
  }

  private static Optional<Proof> proof(String reason) {
    return Optional.of(new Proof.Stated(reason));
  }

  private static Optional<Proof> amount(long[] need, long[] free, String unit) {
    double needed = Arrays.stream(need).asDoubleStream().sum();
    double left = Arrays.stream(free).asDoubleStream().map(amount -> Math.max(0, amount)).sum();
    return needed > left
        ? proof(
            String.format(
                Locale.ROOT,
                "the endpoints need %.0f %s, and all nodes together have %.0f left",
                needed,
                unit,
                left))
        : Optional.empty();
  }

  private static Optional<Proof> pinned(SearchCase searchCase) {
    OptionalInt full = Room.overfilledByPins(searchCase);
    return full.isPresent()
        ? Optional.of(new Proof.PinnedTooMuch(full.getAsInt()))
        : Optional.empty();
  }

  /** Bounds on sums say nothing about a single endpoint that is larger than any node. */
  private static Optional<Proof> largest(SearchCase searchCase) {
    for (int endpoint = 0; endpoint < searchCase.endpointCount(); endpoint++) {
      boolean fits = false;
      for (int node = 0; node < searchCase.nodeCount() && !fits; node++) {
        fits =
            searchCase.freeSlots()[node] > 0
                && searchCase.needMilliCpus()[endpoint] <= searchCase.freeMilliCpus()[node]
                && searchCase.needMemoryBytes()[endpoint] <= searchCase.freeMemoryBytes()[node];
      }
      if (!fits) {
        return Optional.of(new Proof.TooLarge(endpoint));
      }
    }
    return Optional.empty();
  }
}
