package io.kollaps.node.run;

import io.kollaps.emulation.CoreCommand;
import io.kollaps.emulation.CoreCommand.PathRate;
import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.emulation.FlowReport;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries usage from the fabric to the emulation core, and rates back. Driven by the run's loop
 * thread.
 */
final class SharingLoop {
  private static final int REHEARSALS = 200;

  /** In a process that has done so before, for another run, a few are enough. */
  private static final int WARM_REHEARSALS = 10;

  private static final AtomicInteger REHEARSED = new AtomicInteger();
  private static final long REHEARSAL_NANOS = 1_000_000_000L;

  /** Most reports of other parts that one round takes; what is left comes at the next. */
  private static final int MAX_HEARD = 2_000;

  private final EmulationCore core;
  private final Fabric fabric;
  private final FlowSampler sampler;
  private final int endpointCount;
  private final Homes homes;
  private final Peers peers;
  private final List<PathUsage> usages = new ArrayList<>();
  private long lastReadNanos;

  /** The run's other parts. */
  interface Peers {
    /** Tells them about this part's flows; must return at once. */
    void tell(FlowReport report);

    /** What was heard of them since the last call, one event at a time. */
    Optional<CoreEvent> heard();

    /** None. */
    Peers NONE =
        new Peers() {
          @Override
          public void tell(FlowReport report) {
            // there is nobody
          }

          @Override
          public Optional<CoreEvent> heard() {
            return Optional.empty();
          }
        };
  }

  SharingLoop(
      EmulationCore core,
      Fabric fabric,
      FlowSampler sampler,
      int endpointCount,
      Homes homes,
      Peers peers) {
    this.core = core;
    this.fabric = fabric;
    this.sampler = sampler;
    this.endpointCount = endpointCount;
    this.homes = homes;
    this.peers = peers;
  }

  /** Begins: the fabric's paths have the rates of idle paths, and usage counts from now on. */
  void begin(long nowNanos, PreparedEpoch first) throws FabricException {
    epoch(nowNanos, first);
    rehearse(nowNanos, first);
    resume(nowNanos);
  }

  /**
   * Applies the first epoch a few times more, which changes nothing: a fresh virtual machine needs
   * a hundred times as long for an epoch as one that has done it before, and the first epoch of the
   * timeline must be on time too.
   */
  private void rehearse(long nowNanos, PreparedEpoch first) throws FabricException {
    long deadline = System.nanoTime() + REHEARSAL_NANOS;
    int rehearsals = REHEARSED.get() < REHEARSALS ? REHEARSALS : WARM_REHEARSALS;
    for (int i = 0; i < rehearsals && System.nanoTime() < deadline; i++) {
      epoch(nowNanos, first);
      REHEARSED.incrementAndGet();
    }
  }

  /** Usage counts from now on: the rounds begin. */
  void resume(long nowNanos) {
    lastReadNanos = nowNanos;
    fabric.readUsage((path, bytes, dropped, backlogged) -> {});
  }

  /** One round: usage in, rates out. */
  void round(long nowNanos) throws FabricException {
    long intervalNanos = nowNanos - lastReadNanos;
    if (intervalNanos <= 0) {
      return;
    }
    lastReadNanos = nowNanos;
    // Other parts' flows count at the next reading: before it is the time to take them.
    for (int i = 0; i < MAX_HEARD; i++) {
      Optional<CoreEvent> heard = peers.heard();
      if (heard.isEmpty()) {
        break;
      }
      var _ = core.handle(heard.get());
    }
    usages.clear();
    fabric.readUsage(
        (path, bytes, dropped, backlogged) -> {
          if (!homes.here(path / endpointCount)) {
            return;
          }
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
        case CoreCommand.TellPeers tell -> peers.tell(tell.report());
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
