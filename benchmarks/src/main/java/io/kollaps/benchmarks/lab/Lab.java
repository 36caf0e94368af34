package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Endpoints in network namespaces of their own over an emulator, without programs. However this
 * process ends, nothing is left behind.
 */
public interface Lab extends AutoCloseable {
  /** An endpoint's place, by its index. */
  Station station(int endpoint);

  /**
   * Sets paths at one instant.
   *
   * @throws BenchmarkException when the emulator cannot do what a path asks for
   */
  void set(List<PathSetting> settings) throws BenchmarkException;

  /** Processor time of the emulator's own threads so far, in nanoseconds; 0 where it has none. */
  long busyNanos();

  /** How punctual the emulator was so far, as one sentence for a reader of the figures. */
  String health();

  /** Takes everything away. */
  @Override
  void close() throws BenchmarkException;

  /**
   * Makes an emulator and its endpoints, without paths.
   *
   * @param endpoints how many, 1 to 60 000
   * @param seed seed of loss and jitter
   * @throws BenchmarkException when the machine cannot
   */
  static Lab open(Emulator emulator, int endpoints, long seed)
      throws BenchmarkException, InterruptedException {
    return emulator.open(endpoints, seed);
  }

  /** Sets both directions between two endpoints. */
  default void connect(int a, int b, PathShape there, PathShape back) throws BenchmarkException {
    set(
        List.of(
            new PathSetting(a, b, Optional.of(there)), new PathSetting(b, a, Optional.of(back))));
  }

  /** A path without jitter and loss, with the queue that a link has by default. */
  static PathShape shape(long latencyNanos, long rateBitsPerSecond) {
    return shape(latencyNanos, Jitter.NONE, 0, rateBitsPerSecond);
  }

  /** A path with the queue that a link has by default. */
  static PathShape shape(long latencyNanos, Jitter jitter, double loss, long rate) {
    return new PathShape(latencyNanos, jitter, loss, rate, Framing.IP, QueueLimit.DEFAULT);
  }

  /** A path that only delays. */
  static PathShape delay(long latencyNanos) {
    return shape(latencyNanos, LinkProperties.UNLIMITED_RATE);
  }

  /**
   * Lets one TCP flow fill 5 Gbit/s over 10 ms, which the usual 4 to 6 MB cannot. Where this is not
   * allowed the fastest rates stay below their ideal: nothing else changes.
   */
  static void raiseTcpMemory(NetworkNamespace namespace) throws LinuxException {
    namespace.inside(
        () -> {
          for (String setting : List.of("tcp_rmem", "tcp_wmem")) {
            try {
              Files.writeString(Path.of("/proc/sys/net/ipv4", setting), "4096 131072 67108864");
            } catch (IOException e) {
              return false;
            }
          }
          return true;
        });
  }
}
