package io.kollaps.placement.search;

import io.kollaps.placement.demand.EmulatedNetwork;
import io.kollaps.placement.network.NetworkLimits;

/**
 * One experiment to place on what a cluster has left. Arrays are by node or by endpoint, are not
 * copied and must not change.
 *
 * @param emulated what the endpoints can send each other
 * @param limits what the network between the nodes can carry
 * @param residual what each limit has left, times its divisor; below 0 counts as 0
 * @param load endpoints that run on each node already
 * @param unreliability how little each node is to be trusted; higher comes later
 * @param freeSlots endpoints that each node can still take
 * @param freeMilliCpus processors that each node has left, in thousandths
 * @param freeMemoryBytes memory that each node has left
 * @param needMilliCpus processors of each endpoint, in thousandths
 * @param needMemoryBytes memory of each endpoint
 * @param pinned node of each endpoint that must run there, {@link #ANYWHERE} for others
 */
@SuppressWarnings("ArrayRecordComponent") // inner loops read them; identity is never asked for
public record SearchCase(
    EmulatedNetwork emulated,
    NetworkLimits limits,
    long[] residual,
    int[] load,
    int[] unreliability,
    int[] freeSlots,
    long[] freeMilliCpus,
    long[] freeMemoryBytes,
    long[] needMilliCpus,
    long[] needMemoryBytes,
    int[] pinned) {

  /** Not pinned. */
  public static final int ANYWHERE = -1;

  /** Number of nodes. */
  public int nodeCount() {
    return limits.nodeCount();
  }

  /** Number of endpoints. */
  public int endpointCount() {
    return emulated.endpointCount();
  }

  long residual(int limit) {
    return Math.max(0, residual[limit]);
  }
}
