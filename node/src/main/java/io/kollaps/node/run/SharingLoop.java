package io.kollaps.node.run;

import io.kollaps.emulation.CoreCommand;
import io.kollaps.emulation.CoreCommand.PathRate;
import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries usage from the fabric to the emulation core, and rates back. Driven by the run's loop
 * thread.
 */
final class SharingLoop {
  private static final int REHEARSALS = 200;
  private static final long REHEARSAL_NANOS = 1_000_000_000L;

  private final EmulationCore core;
  private final Fabric fabric;
  private final FlowSampler sampler;
  private final int endpointCount;
  private final List<PathUsage> usages = new ArrayList<>();
  private long lastReadNanos;

  SharingLoop(EmulationCore core, Fabric fabric, FlowSampler sampler, int endpointCount) {
    this.core = core;
    this.fabric = fabric;
    this.sampler = sampler;
    this.endpointCount = endpointCount;
  }

  /** Begins: the fabric's paths have the rates of idle paths, and usage counts from now on. */
  void begin(long nowNanos, PreparedEpoch first) throws FabricException {
    lastReadNanos = nowNanos;
    epoch(nowNanos, first);
    rehearse(nowNanos, first);
    fabric.readUsage((path, bytes, dropped, backlogged) -> {});
  }

  /**
   * Applies the first epoch a few times more, which changes nothing: a fresh virtual machine needs
   * a hundred times as long for an epoch as one that has done it before, and the first epoch of the
   * timeline must be on time too.
   */
  private void rehearse(long nowNanos, PreparedEpoch first) throws FabricException {
    long deadline = System.nanoTime() + REHEARSAL_NANOS;
    for (int i = 0; i < REHEARSALS && System.nanoTime() < deadline; i++) {
      epoch(nowNanos, first);
    }
  }

  /** One round: usage in, rates out. */
  void round(long nowNanos) throws FabricException {
    long intervalNanos = nowNanos - lastReadNanos;
    if (intervalNanos <= 0) {
      return;
    }
    lastReadNanos = nowNanos;
    usages.clear();
    fabric.readUsage(
        (path, bytes, dropped, backlogged) -> {
          usages.add(new PathUsage(path, bytes, backlogged));
          sampler.used(
              path, bytes, dropped, backlogged, core.grantBitsPerSecond(path), intervalNanos);
        });
    carryOut(core.handle(new CoreEvent.UsageRead(nowNanos, intervalNanos, usages)));
    sampler.roundDone(core.activeFlows());
  }

  /** Other paths hold from now on, at once with the rates that are granted on them. */
  void epoch(long nowNanos, PreparedEpoch epoch) throws FabricException {
    List<CoreCommand> commands = core.handle(new CoreEvent.EpochBegan(nowNanos, epoch.table()));
    fabric.setPaths(epoch.changes().stream().map(this::granted).toList());
    carryOut(commands);
  }

  private PathSetting granted(PathSetting setting) {
    return new PathSetting(
        setting.from(), setting.to(), setting.shape().map(shape -> granted(setting, shape)));
  }

  private PathShape granted(PathSetting setting, PathShape shape) {
    return shape.withRate(core.grantBitsPerSecond(setting.from() * endpointCount + setting.to()));
  }

  private void carryOut(List<CoreCommand> commands) throws FabricException {
    for (CoreCommand command : commands) {
      switch (command) {
        case CoreCommand.SetRates set -> setRates(set.rates());
        case CoreCommand.TellPeers _ -> {
          // A run on one machine has one part: there is nobody to tell.
        }
      }
    }
  }

  private void setRates(List<PathRate> rates) throws FabricException {
    int[] paths = new int[rates.size()];
    long[] values = new long[rates.size()];
    for (int i = 0; i < paths.length; i++) {
      paths[i] = rates.get(i).pathId();
      values[i] = rates.get(i).rateBitsPerSecond();
    }
    fabric.setRates(paths, values);
  }
}
