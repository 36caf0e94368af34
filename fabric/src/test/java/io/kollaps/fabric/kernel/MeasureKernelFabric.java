package io.kollaps.fabric.kernel;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;

import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.conformance.Iperf;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.conformance.UdpPair;
import io.kollaps.linux.bpf.BpfProgram;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints what the kernel fabric costs on this machine: for each packet, for each change of a rate,
 * for each path. Where the kernel has no fq, the figures of packets are those without it.
 */
final class MeasureKernelFabric {
  private static final int UPDATES_PER_SECOND = 10_000;

  private MeasureKernelFabric() {}

  public static void main(String[] arguments) throws Exception {
    boolean delays = KernelProbe.missing().isEmpty();
    say("fq: %s", delays ? "yes" : "no (what follows is without it)");
    paths(500, delays);
    updates(delays);
    packets(delays);
    superPackets(delays);
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static KernelFabric start(int endpoints, boolean delays) throws Exception {
    return KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT, delays, Step.Gate.OPEN);
  }

  private static long memoryKilobytes(String field) throws Exception {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static void paths(int endpoints, boolean delays) throws Exception {
    List<PathSetting> all = new ArrayList<>();
    for (int from = 0; from < endpoints; from++) {
      for (int to = 0; to < endpoints; to++) {
        all.add(new PathSetting(from, to, Optional.of(shape(5_000_000, 0, 10_000_000))));
      }
    }
    long before = memoryKilobytes("MemFree");
    long start = System.nanoTime();
    try (KernelFabric fabric = start(endpoints, delays)) {
      long started = System.nanoTime();
      fabric.setPaths(all);
      long set = System.nanoTime();
      fabric.setPaths(all);
      long again = System.nanoTime();
      say(
          "%d paths: fabric %.0f ms, first setting %.0f ms, again %.0f ms, table %.1f MB,"
              + " free memory less by %.1f MB",
          all.size(),
          (started - start) / 1e6,
          (set - started) / 1e6,
          (again - set) / 1e6,
          fabric.pathBytes() / 1e6,
          (before - memoryKilobytes("MemFree")) / 1e3);
      long attachStart = System.nanoTime();
      int attached = 200;
      TestNetwork network = new TestNetwork(fabric, attached);
      say(
          "%d endpoints attached with their namespaces: %.0f ms",
          attached, (System.nanoTime() - attachStart) / 1e6);
      long reads = System.nanoTime();
      for (int i = 0; i < 1000; i++) {
        fabric.readUsage((_, _, _, _) -> {});
      }
      say("reading usage, no news: %.1f us", (System.nanoTime() - reads) / 1e6);
      long closing = System.nanoTime();
      network.close();
      say("closed: %.0f ms", (System.nanoTime() - closing) / 1e6);
    }
  }

  /** As the sharing loop does it: every 25 ms a batch. */
  private static void updates(boolean delays) throws Exception {
    int endpoints = 100;
    int batch = UPDATES_PER_SECOND / 40;
    try (KernelFabric fabric = start(endpoints, delays)) {
      List<PathSetting> all = new ArrayList<>();
      int[] ids = new int[batch];
      long[] rates = new long[batch];
      for (int i = 0; i < batch; i++) {
        all.add(new PathSetting(i / endpoints, i % endpoints, Optional.of(delay(0))));
        ids[i] = i;
      }
      fabric.setPaths(all);
      long cpu = 0;
      int rounds = 200;
      long start = System.nanoTime();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < batch; i++) {
          rates[i] = 1_000_000L + round * 1000L + i;
        }
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        fabric.setRates(ids, rates);
        cpu += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
        Thread.sleep(
            Math.max(0, (start + (round + 1) * 25_000_000L - System.nanoTime()) / 1_000_000));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      say(
          "%.0f rate updates/s: %.4f %% of a processor, %.0f ns each (with the batch's fixed cost)",
          rounds * batch / seconds, cpu / seconds / 1e7, cpu / (double) (rounds * batch));
      int many = 2000;
      long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int round = 0; round < many; round++) {
        fabric.setRates(ids, rates);
      }
      cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
      say("back to back: %.1f ns each", cpu / (double) many / batch);
    }
  }

  private static void packets(boolean delays) throws Exception {
    record Case(String name, long latencyNanos, double loss, long rate) {}
    for (Case c :
        List.of(
            new Case("no shaping", 0, 0, Long.MAX_VALUE),
            new Case("latency", 100_000, 0, Long.MAX_VALUE),
            new Case("loss", 100_000, 1e-6, Long.MAX_VALUE),
            new Case("rate above the load", 100_000, 0, 50_000_000_000L))) {
      try (KernelFabric fabric = start(2, delays);
          TestNetwork network = new TestNetwork(fabric, 2)) {
        network.setBoth(0, 1, shape(c.latencyNanos(), c.loss(), c.rate()));
        try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
          pair.send(20_000, 1000);
          BpfProgram.Runs[] before = fabric.programRuns();
          long start = System.nanoTime();
          pair.send(200_000, 1000);
          double perPacket = (System.nanoTime() - start) / 200_000.0;
          BpfProgram.Runs[] after = fabric.programRuns();
          say(
              "%s, UDP of 1000 bytes: shape %.0f ns a run, deliver %.0f ns a run; sender %.0f ns a packet",
              c.name(), perRun(before[0], after[0]), perRun(before[1], after[1]), perPacket);
        }
      }
    }
  }

  private static double perRun(BpfProgram.Runs before, BpfProgram.Runs after) {
    return (after.nanos() - before.nanos()) / (double) Math.max(1, after.count() - before.count());
  }

  private static void superPackets(boolean delays) throws Exception {
    record Case(String name, long latencyNanos, double loss, long rate) {}
    for (Case c :
        List.of(
            new Case("super-packets, straight", 0, 0, Long.MAX_VALUE),
            new Case("super-packets, by the fabric device", 100_000, 0, Long.MAX_VALUE),
            new Case("none, as with loss (1e-9)", 100_000, 1e-9, Long.MAX_VALUE))) {
      try (KernelFabric fabric = start(2, delays);
          TestNetwork network = new TestNetwork(fabric, 2)) {
        network.setBoth(0, 1, shape(c.latencyNanos(), c.loss(), c.rate()));
        double best = 0;
        for (int i = 0; i < 3; i++) {
          best = Math.max(best, Iperf.goodput(network, 0, 1, address4(1), "cubic", 2));
        }
        say("%s: TCP %.0f Mbit/s (best of 3)", c.name(), best / 1e6);
      }
    }
  }
}
