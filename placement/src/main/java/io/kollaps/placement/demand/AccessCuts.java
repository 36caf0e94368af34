package io.kollaps.placement.demand;

/**
 * An upper bound of every cut that costs almost nothing: what the endpoints on the sending side can
 * send together, or those on the other side receive, whichever is less.
 */
final class AccessCuts implements Cuts {
  private final EmulatedNetwork network;
  private final long totalOut;
  private final long totalIn;
  private final long[] insideOut;
  private final long[] insideIn;

  /** All endpoints outside of every set. */
  AccessCuts(EmulatedNetwork network, int count) {
    this.network = network;
    long out = 0;
    long in = 0;
    for (int endpoint = 0; endpoint < network.endpointCount(); endpoint++) {
      out += network.accessOutBitsPerSecond(endpoint);
      in += network.accessInBitsPerSecond(endpoint);
    }
    this.totalOut = out;
    this.totalIn = in;
    this.insideOut = new long[count];
    this.insideIn = new long[count];
  }

  @Override
  public void change(int set, int endpoint, byte before, byte after) {
    int step = (after == INSIDE ? 1 : 0) - (before == INSIDE ? 1 : 0);
    insideOut[set] += step * network.accessOutBitsPerSecond(endpoint);
    insideIn[set] += step * network.accessInBitsPerSecond(endpoint);
  }

  @Override
  public long outBitsPerSecond(int set) {
    return Math.min(insideOut[set], totalIn - insideIn[set]);
  }

  @Override
  public long inBitsPerSecond(int set) {
    return Math.min(totalOut - insideOut[set], insideIn[set]);
  }
}
