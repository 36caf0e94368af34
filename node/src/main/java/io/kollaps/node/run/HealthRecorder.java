package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.node.results.HealthSample;
import io.kollaps.node.results.ResultsFolder;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Records once a second how busy the machine and the fabric are. */
final class HealthRecorder implements AutoCloseable {
  private static final long PERIOD_SECONDS = 1;
  private static final long CLOSE_SECONDS = 2;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("kollaps-health").daemon().factory());
  private final HostSampler host = new HostSampler(Path.of("/proc/stat"));
  private final Fabric fabric;
  private final ResultsFolder results;
  private final LongSupplier offset;
  private long lastNanos;
  private long lastBusyNanos;

  private HealthRecorder(Fabric fabric, ResultsFolder results, LongSupplier offset) {
    this.fabric = fabric;
    this.results = results;
    this.offset = offset;
  }

  /** Starts recording, now. */
  static HealthRecorder start(Fabric fabric, ResultsFolder results, LongSupplier offset) {
    HealthRecorder recorder = new HealthRecorder(fabric, results, offset);
    recorder.host.sample();
    recorder.lastNanos = offset.getAsLong();
    recorder.lastBusyNanos = fabric.busyNanos();
    var _ =
        recorder.timer.scheduleAtFixedRate(
            recorder::sample, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    return recorder;
  }

  private void sample() {
    long now = offset.getAsLong();
    long busy = fabric.busyNanos();
    double share = (double) (busy - lastBusyNanos) / Math.max(1, now - lastNanos);
    lastNanos = now;
    lastBusyNanos = busy;
    host.sample()
        .ifPresent(
            shares -> results.health(new HealthSample(now, shares.idle(), shares.steal(), share)));
  }

  /** Stops recording. */
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      timer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
