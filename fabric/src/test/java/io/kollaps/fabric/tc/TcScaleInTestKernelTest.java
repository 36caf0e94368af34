package io.kollaps.fabric.tc;

import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.conformance.TestNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many paths and many changes; the figures are printed, only far bounds are asserted. */
@Tag("test-kernel")
class TcScaleInTestKernelTest {
  // a system call takes 13 us in the test kernel, 0.2 us on others
  private static final double MOST_MICROS_PER_CHANGE = 1000;

  private static long freeBytes() throws Exception {
    System.gc();
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(l -> l.startsWith("MemAvailable"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) * 1024)
        .sum();
  }

  @Test
  void shouldSetUpAllPairsAndChangeTheirRates() throws Exception {
    int endpoints = Integer.getInteger("kollaps.tc.endpoints", 60);
    long start = System.nanoTime();
    try (TestNetwork network = new TestNetwork(TcFabric.start(endpoints, 1), endpoints)) {
      report("attach", start, endpoints);
      PathShape shape = shape(10_000_000, 0, 10_000_000);
      List<PathSetting> settings = new ArrayList<>();
      int[] ids = new int[endpoints * (endpoints - 1)];
      long[] rates = new long[ids.length];
      for (int from = 0; from < endpoints; from++) {
        for (int to = 0; to < endpoints; to++) {
          if (from != to) {
            ids[settings.size()] = from * endpoints + to;
            settings.add(new PathSetting(from, to, Optional.of(shape)));
          }
        }
      }
      long before = freeBytes();
      start = System.nanoTime();
      network.fabric().setPaths(settings);
      report("set a path", start, ids.length);
      long perPath = (before - freeBytes()) / ids.length;
      print("kernel memory of a path: " + perPath + " bytes");
      assertThat(perPath).isLessThan(TcLimits.KERNEL_BYTES_PER_PATH);
      for (int round = 1; round <= 3; round++) {
        java.util.Arrays.fill(rates, 1_000_000L * round);
        start = System.nanoTime();
        network.fabric().setRates(ids, rates);
        double micros = report("change a rate", start, ids.length);
        assertThat(micros).isLessThan(MOST_MICROS_PER_CHANGE);
      }
      start = System.nanoTime();
      network.fabric().readUsage((_, _, _, _) -> {});
      report("read usage of a silent endpoint", start, endpoints);
      start = System.nanoTime();
      network.fabric().health();
      report("read all counters of an endpoint", start, endpoints);
      assertThat(network.pingReplies(endpoints - 1, TestNetwork.address4(endpoints / 2), 2))
          .isEqualTo(2);
      start = System.nanoTime();
      network.fabric().setConnected(3, false);
      report("cut a path", start, 2 * (endpoints - 1));
      start = System.nanoTime();
      network.fabric().close();
      report("take away an endpoint", start, endpoints);
    }
  }

  private static double report(String what, long start, int count) {
    double micros = (System.nanoTime() - start) / 1e3 / count;
    print(String.format("%s: %.1f us (%d)", what, micros, count));
    return micros;
  }

  private static void print(String line) {
    System.out.println("tc fabric, " + line);
  }
}
