package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.userspace.engine.EngineLimits;
import io.kollaps.fabric.userspace.engine.EngineMemory;
import io.kollaps.fabric.userspace.engine.EngineStatistics;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.Epoll;
import io.kollaps.linux.EventDescriptor;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.TimerDescriptor;
import io.kollaps.linux.TunDevice;
import io.kollaps.linux.bpf.ArrivalStamps;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The fabric's thread with all that it works with, and the order in which that is given back. */
final class FabricThread {
  private static final long END_TIMEOUT_MILLIS = 10_000;

  /** Part of the packet memory that is there from the start: 64 of 512 MiB. */
  private static final int TOUCHED_PART = 8;

  private final FabricLoop loop;
  private final Thread thread;
  private final ChangeQueue changes;
  private final LoopHealth health;
  private final EngineStatistics statistics;
  private final Optional<ArrivalStamps> stamps;
  private final Resources resources;

  private FabricThread(
      FabricLoop loop,
      ChangeQueue changes,
      LoopHealth health,
      EngineStatistics statistics,
      Optional<ArrivalStamps> stamps,
      Resources resources) {
    this.loop = loop;
    this.changes = changes;
    this.health = health;
    this.statistics = statistics;
    this.stamps = stamps;
    this.resources = resources;
    thread = Thread.ofPlatform().name("fabric-" + UserSpaceFabric.NAME).daemon().start(loop);
  }

  static FabricThread start(int endpointCount, UserSpaceFabricOptions options)
      throws LinuxException {
    Resources resources = new Resources();
    try {
      OffHeapMemory memory = OffHeapMemory.map(options.memoryBytes());
      resources.add(memory::close);
      // a page that was swapped out would delay packets; without the privilege it may happen
      var _ = memory.lockOnTouch();
      // without it pages are made while packets wait; a kernel before 5.14 leaves it at that
      var _ = memory.touchNow(options.memoryBytes() / TOUCHED_PART);
      Optional<ArrivalStamps> stamps = arrivalStamps(endpointCount);
      stamps.ifPresent(made -> resources.add(made::close));
      Epoll epoll = Epoll.create(FabricLoop.MAX_READY);
      resources.add(epoll::close);
      TimerDescriptor timer = TimerDescriptor.create();
      resources.add(timer::close);
      EventDescriptor wake = EventDescriptor.create();
      resources.add(wake::close);
      epoll.add(timer.fileDescriptor(), FabricLoop.TIMER_TAG);
      epoll.add(wake.fileDescriptor(), FabricLoop.CHANGES_TAG);
      PathEngine engine =
          new PathEngine(
              new EngineMemory(memory.address(), memory.byteSize()),
              endpointCount,
              options.seed(),
              new EngineLimits(options.burstNanos(), PortSpec.DEFAULT_MTU));
      if (options.realTime()) {
        resources.add(SafepointPriority.raise());
      }
      ChangeQueue changes = new ChangeQueue(wake);
      LoopHealth health = new LoopHealth();
      FabricLoop loop =
          new FabricLoop(
              engine,
              new PortTable(endpointCount),
              changes,
              epoll,
              timer,
              health,
              new Arrivals(endpointCount, stamps),
              options);
      return new FabricThread(loop, changes, health, engine.statistics(), stamps, resources);
    } catch (LinuxException | RuntimeException e) {
      resources.release();
      throw e;
    }
  }

  /** Only where the kernel allows it: without them, arrivals are estimated. */
  private static Optional<ArrivalStamps> arrivalStamps(int endpointCount) {
    try {
      return Optional.of(ArrivalStamps.open(endpointCount));
    } catch (LinuxException e) {
      return Optional.empty();
    }
  }

  /** Has the kernel note a device's arrivals, where it does so at all. */
  void noteArrivals(int endpoint, TunDevice device) {
    try {
      if (stamps.isPresent()) {
        stamps.get().attach(endpoint, device);
      }
    } catch (LinuxException e) {
      // this device's arrivals are estimated then, as without stamps
      return;
    }
  }

  /** Has something given back after the thread has ended, before all that was there before it. */
  void own(Runnable release) {
    resources.add(release);
  }

  ChangeQueue changes() {
    return changes;
  }

  LoopHealth health() {
    return health;
  }

  EngineStatistics statistics() {
    return statistics;
  }

  /**
   * Ends the thread, then gives back what it worked with.
   *
   * @throws FabricException when it does not end: nothing is given back then, because a write to
   *     memory that is gone would end the process
   */
  void close() throws FabricException {
    loop.stop();
    changes.wake();
    boolean interrupted = false;
    long deadline = System.nanoTime() + END_TIMEOUT_MILLIS * 1_000_000;
    while (thread.isAlive() && deadline - System.nanoTime() > 0) {
      try {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        // closing goes on: half closed would leave devices behind
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new FabricException(
          "The fabric's thread did not end within "
              + END_TIMEOUT_MILLIS
              + " ms; its memory stays until this process ends.");
    }
    resources.release();
  }

  /** What has to be given back, the last first. */
  private static final class Resources {
    private final Deque<Runnable> releases = new ArrayDeque<>();

    void add(Runnable release) {
      releases.push(release);
    }

    void release() {
      while (!releases.isEmpty()) {
        releases.pop().run();
      }
    }
  }
}
