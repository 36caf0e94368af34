package io.kollaps.node.results;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Folds flow samples into one {@link FlowSummary} for each flow; memory grows with the number of
 * flows only. Samples of one flow must come in time order. Not safe for use by several threads at
 * once.
 *
 * <p>The error compares measured with granted bits over <i>settled</i> time only: the flow was
 * limited by its share, and the share had been steady for {@link #SETTLING_NANOS} when the interval
 * began. A share that moves by more than {@link #STEADY_TOLERANCE}, or a pause of the flow, starts
 * the settling again: transport protocols need some round trips to find a new rate.
 */
public final class FlowSummarizer {
  /** Time after a change of a flow's share that is not compared: 1 s. */
  public static final long SETTLING_NANOS = 1_000_000_000L;

  /** Relative change of a share that counts as a change: 1 %. */
  public static final double STEADY_TOLERANCE = 0.01;

  private record Key(String from, String to) {}

  private final Map<Key, Totals> flows = new HashMap<>();
  private long samples;
  private long intervalSumNanos;
  private long lastEndNanos;

  /** Adds one interval of one flow. */
  public void add(FlowSample sample) {
    samples++;
    intervalSumNanos += sample.intervalNanos();
    lastEndNanos = Math.max(lastEndNanos, sample.endNanos());
    flows.computeIfAbsent(new Key(sample.from(), sample.to()), key -> new Totals()).add(sample);
  }

  /** All flows seen so far, those that carried most first, ties by name. */
  public List<FlowSummary> summaries() {
    return flows.entrySet().stream()
        .map(entry -> entry.getValue().summary(entry.getKey()))
        .sorted(
            Comparator.comparingDouble(FlowSummary::carriedBits)
                .reversed()
                .thenComparing(FlowSummary::from)
                .thenComparing(FlowSummary::to))
        .toList();
  }

  /** Mean length of the intervals seen so far, 0 when there are none. */
  public long meanIntervalNanos() {
    return samples == 0 ? 0 : intervalSumNanos / samples;
  }

  /** End of the last interval seen so far, 0 when there are none. */
  public long lastEndNanos() {
    return lastEndNanos;
  }

  private static final class Totals {
    private long activeNanos;
    private long settledNanos;
    private double grantedBits;
    private double measuredBits;
    private double settledGrantedBits;
    private double settledMeasuredBits;
    private long dropped;
    private long referenceGrant = -1;
    private long steadySinceNanos;
    private long lastEndNanos;

    void add(FlowSample sample) {
      long startNanos = sample.endNanos() - sample.intervalNanos();
      double seconds = sample.intervalNanos() / 1e9;
      double granted = sample.grantedBitsPerSecond() * seconds;
      double measured = sample.measuredBitsPerSecond() * seconds;
      activeNanos += sample.intervalNanos();
      grantedBits += granted;
      measuredBits += measured;
      dropped += sample.droppedPackets();
      if (moved(sample, startNanos)) {
        referenceGrant = sample.grantedBitsPerSecond();
        steadySinceNanos = startNanos;
      }
      if (sample.limit() == FlowSample.Limit.SHARE
          && startNanos - steadySinceNanos >= SETTLING_NANOS) {
        settledNanos += sample.intervalNanos();
        settledGrantedBits += granted;
        settledMeasuredBits += measured;
      }
      lastEndNanos = sample.endNanos();
    }

    /** A pause is a gap longer than half an interval: readings are not that far off. */
    private boolean moved(FlowSample sample, long startNanos) {
      return referenceGrant < 0
          || Math.abs(sample.grantedBitsPerSecond() - referenceGrant)
              > STEADY_TOLERANCE * referenceGrant
          || startNanos - lastEndNanos > sample.intervalNanos() / 2;
    }

    FlowSummary summary(Key key) {
      double seconds = activeNanos / 1e9;
      OptionalDouble error =
          settledGrantedBits > 0
              ? OptionalDouble.of(
                  100 * (settledMeasuredBits - settledGrantedBits) / settledGrantedBits)
              : OptionalDouble.empty();
      return new FlowSummary(
          key.from(),
          key.to(),
          activeNanos,
          settledNanos,
          grantedBits / seconds,
          measuredBits / seconds,
          error,
          dropped);
    }
  }
}
