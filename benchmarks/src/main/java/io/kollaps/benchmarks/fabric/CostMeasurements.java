package io.kollaps.benchmarks.fabric;

import com.sun.management.OperatingSystemMXBean;
import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.lab.Lab;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What paths between all of many endpoints cost, and what changes of rates cost among them. */
final class CostMeasurements {
  private static final int CHANGES = 10_000;
  private static final long RATE = 10_000_000;
  private static final long LATENCY_NANOS = 5_000_000;
  private static final double GOAL_SECONDS_PER_ENDPOINT = 30.0 / 1000;
  private static final double TC_PATH_BYTES = 8_400;
  private static final double TC_BATCH_MICROS = 10;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final long BYTES_PER_KIB = 1024;

  private final Subject subject;

  CostMeasurements(Subject subject) {
    this.subject = subject;
  }

  /** The figures; none of an emulator that is no fabric, or of one that refuses so many paths. */
  List<FabricRow> rows() throws BenchmarkException, InterruptedException {
    if (!subject.emulator().isFabric()) {
      return List.of();
    }
    int endpoints = subject.plan().manyEndpoints();
    subject.notes().note(endpoints + " endpoints with paths between all");
    long begin = System.nanoTime();
    try (Lab lab = Lab.open(subject.emulator(), endpoints, Subject.SEED)) {
      double attached = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      return rows(lab.fabric().orElseThrow(), endpoints, attached);
    } catch (FabricException e) {
      subject.notes().note("refused: " + e.getMessage());
      return List.of();
    }
  }

  private List<FabricRow> rows(Fabric fabric, int endpoints, double attachedSeconds)
      throws FabricException, BenchmarkException {
    List<PathSetting> settings = settings(endpoints);
    int paths = settings.size();
    long available = availableBytes();
    long begin = System.nanoTime();
    fabric.setPaths(settings);
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    double bytes = (double) (available - availableBytes()) / paths;
    double goal = endpoints * GOAL_SECONDS_PER_ENDPOINT;
    return List.of(
        row("set-up of " + endpoints + " endpoints, ideal: the goal", goal, attachedSeconds, "s"),
        row("set-up of " + paths + " paths, ideal: the goal", goal, seconds, "s"),
        row("memory of a path, ideal: htb class and netem", TC_PATH_BYTES, bytes, "byte"),
        row(
            "processor time of a change of a rate, ideal: tc -batch",
            TC_BATCH_MICROS,
            changeMicros(fabric, endpoints),
            "us"));
  }

  private FabricRow row(String what, double ideal, double measured, String unit) {
    return subject.row(what, subject.plan().manyEndpoints(), ideal, measured, unit);
  }

  private static List<PathSetting> settings(int endpoints) {
    Optional<PathShape> shape = Optional.of(Lab.shape(LATENCY_NANOS, RATE));
    List<PathSetting> settings = new ArrayList<>();
    for (int from = 0; from < endpoints; from++) {
      for (int to = 0; to < endpoints; to++) {
        if (from != to) {
          settings.add(new PathSetting(from, to, shape));
        }
      }
    }
    return settings;
  }

  /** One call for each change; the first half warms up. */
  private static double changeMicros(Fabric fabric, int endpoints) throws FabricException {
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long begin = 0;
    for (int i = 0; i < 2 * CHANGES; i++) {
      if (i == CHANGES) {
        begin = process.getProcessCpuTime();
      }
      int from = i % (endpoints - 1);
      fabric.setRates(new int[] {from * endpoints + from + 1}, new long[] {RATE + i});
    }
    return (process.getProcessCpuTime() - begin) / NANOS_PER_MICRO / CHANGES;
  }

  private static long availableBytes() throws BenchmarkException {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo")).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIB)
          .findFirst()
          .orElseThrow(() -> new BenchmarkException("/proc/meminfo does not tell MemAvailable"));
    } catch (IOException e) {
      throw new BenchmarkException("cannot read /proc/meminfo: " + e.getMessage(), e);
    }
  }
}
