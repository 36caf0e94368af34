package io.kollaps.node.run;

import io.kollaps.emulation.FlowView;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.FlowSample.Limit;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gathers the rounds of the sharing loop into samples of {@link #SAMPLE_NANOS}. Only flows count
 * that the sharing takes as active at some time of the sample: acknowledgements and handshakes are
 * traffic, not flows.
 */
final class FlowSampler {
  /** Length of a sample: 100 ms, four rounds at the default period. */
  static final long SAMPLE_NANOS = 100_000_000L;

  private static final double BITS_PER_BYTE = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  private final List<Endpoint> endpoints;
  private final Map<Integer, Totals> totals = new HashMap<>();
  private final Set<Integer> active = new HashSet<>();

  FlowSampler(List<Endpoint> endpoints) {
    this.endpoints = endpoints;
  }

  private static final class Totals {
    private long bytes;
    private long dropped;
    private double grantedTimesNanos;
    private long nanos;
    private boolean backlogged = true;
  }

  /** A path's traffic in one round. */
  void used(
      int path,
      long bytes,
      long dropped,
      boolean backlogged,
      long grantedBitsPerSecond,
      long intervalNanos) {
    Totals total = totals.computeIfAbsent(path, p -> new Totals());
    total.bytes += bytes;
    total.dropped += dropped;
    total.grantedTimesNanos += (double) grantedBitsPerSecond * intervalNanos;
    total.nanos += intervalNanos;
    total.backlogged &= backlogged;
  }

  /** A round is complete; these flows are active after it. */
  void roundDone(List<FlowView> flows) {
    for (FlowView flow : flows) {
      active.add(flow.pathId());
    }
  }

  /**
   * Ends the sample and begins the next.
   *
   * @param endNanos offset of its end
   * @param intervalNanos its length
   * @return one sample for each active flow with traffic
   */
  List<FlowSample> take(long endNanos, long intervalNanos) {
    List<FlowSample> samples = new ArrayList<>();
    int count = endpoints.size();
    totals.forEach(
        (path, total) -> {
          if (active.contains(path)) {
            samples.add(
                new FlowSample(
                    endNanos,
                    intervalNanos,
                    endpoints.get(path / count).name(),
                    endpoints.get(path % count).name(),
                    (long) (total.grantedTimesNanos / total.nanos),
                    Math.round(total.bytes * BITS_PER_BYTE * NANOS_PER_SECOND / intervalNanos),
                    total.backlogged ? Limit.SHARE : Limit.DEMAND,
                    total.dropped));
          }
        });
    totals.clear();
    active.clear();
    return samples;
  }
}
