package io.kollaps.cluster.simulate;

import io.kollaps.cluster.capacity.CapacityEntry;
import io.kollaps.cluster.capacity.CapacityMap;

/**
 * How far a map is from the truth, over the entries of all ordered pairs.
 *
 * @param entries number of entries
 * @param wrong entries that are not the truth to the bit; a lower bound is wrong above the truth
 * @param meanRelative mean relative error
 * @param shareOverTenPercent share of entries that are off by more than 10 %
 */
public record MapError(long entries, long wrong, double meanRelative, double shareOverTenPercent) {
  /** Relative error above which an entry counts as far off. */
  public static final double FAR = 0.1;

  /** Compares a map of all nodes with their network. */
  public static MapError of(CapacityMap map, SimulatedProbes truth) {
    long entries = 0;
    long wrong = 0;
    long far = 0;
    double sum = 0;
    for (CapacityMap.Placed placed : map.nodes()) {
      int from = SimulatedProbes.number(placed.profile().id());
      for (CapacityEntry entry : map.row(placed.profile().id()).values()) {
        long real = truth.trueBitsPerSecond(from, SimulatedProbes.number(entry.to()));
        entries++;
        double error = relative(entry.bitsPerSecond(), real);
        sum += error;
        far += error > FAR ? 1 : 0;
        boolean good =
            entry.lowerBound() ? entry.bitsPerSecond() <= real : entry.bitsPerSecond() == real;
        wrong += good ? 0 : 1;
      }
    }
    return new MapError(entries, wrong, sum / entries, far / (double) entries);
  }

  /** Relative error; 1 where the truth is nothing and the value is not. */
  public static double relative(long value, long real) {
    if (value == real) {
      return 0;
    }
    return real == 0 ? 1 : Math.abs(value - real) / (double) real;
  }
}
