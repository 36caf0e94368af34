package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import java.util.List;

/** A fabric of a rehearsal: no packet moves, and every path says that it carried some. */
final class RehearsalFabric implements Fabric {
  private static final long BYTES = 10_000;

  private final int endpointCount;

  RehearsalFabric(int endpointCount) {
    this.endpointCount = endpointCount;
  }

  @Override
  public String name() {
    return "rehearsal";
  }

  @Override
  public void attach(PortSpec port) {
    // there is no port
  }

  @Override
  public void detach(int endpoint) {
    // there is no port
  }

  @Override
  public void setPaths(List<PathSetting> settings) {
    // there is no packet
  }

  @Override
  public void setRates(int[] pathIds, long[] ratesBitsPerSecond) {
    // there is no packet
  }

  @Override
  public void setConnected(List<Connection> changes) {
    // there is no packet
  }

  @Override
  public void readUsage(UsageSink sink) {
    for (int from = 0; from < endpointCount; from++) {
      for (int to = 0; to < endpointCount; to++) {
        if (from != to) {
          sink.usage(from * endpointCount + to, BYTES, 0, to > from);
        }
      }
    }
  }

  @Override
  public PathCounters counters(int from, int to) {
    return PathCounters.ZERO;
  }

  @Override
  public long busyNanos() {
    return 0;
  }

  @Override
  public FabricHealth health() {
    return new FabricHealth(0, 0, 0, 0, 0, 0, 0, 0, false, 0);
  }

  @Override
  public void close() {
    // nothing was opened
  }
}
