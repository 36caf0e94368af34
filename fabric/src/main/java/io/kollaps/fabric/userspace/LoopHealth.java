package io.kollaps.fabric.userspace;

import io.kollaps.linux.ThreadCpuClock;
import java.util.Optional;

/** What the fabric's thread tells of itself: it writes, any thread reads. */
final class LoopHealth {
  private final LatenessHistogram lateness = new LatenessHistogram();
  private volatile Optional<ThreadCpuClock> cpu = Optional.empty();
  private volatile long finalCpuNanos;
  private volatile boolean realTime;
  private volatile long rests;
  private volatile long failedReads;

  void started(ThreadCpuClock clock, boolean hasRealTime) {
    cpu = Optional.of(clock);
    realTime = hasRealTime;
  }

  void ended() {
    finalCpuNanos = cpu.map(ThreadCpuClock::nanos).orElse(0L);
    cpu = Optional.empty();
  }

  /** A packet was written so long after its planned departure. */
  void departed(long lateNanos) {
    lateness.record(lateNanos);
  }

  // the fields below have one writer, so that reading and writing them apart loses nothing

  @SuppressWarnings("NonAtomicVolatileUpdate")
  void rested() {
    rests++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  void readFailed() {
    failedReads++;
  }

  LatenessHistogram lateness() {
    return lateness;
  }

  /** Processor time so far. */
  long busyNanos() {
    return cpu.map(clock -> Math.max(0, clock.nanos())).orElseGet(() -> finalCpuNanos);
  }

  boolean realTime() {
    return realTime;
  }

  long rests() {
    return rests;
  }

  long failedReads() {
    return failedReads;
  }
}
