package io.kollaps.fabric.tc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What the tc fabric cannot carry, known before anything is made. */
public final class TcLimits {
  /** Most endpoints of an experiment: path ids are 32 bits. */
  public static final int MAX_ENDPOINTS = 46_340;

  /** Most paths that leave one endpoint: each takes two queueing disciplines of its device. */
  public static final int MAX_PATHS_FROM_ONE_ENDPOINT = InterfaceShaper.MAX_DESTINATIONS;

  /**
   * Kernel memory of a path without packets: a class, two queueing disciplines and a filter for
   * each of two addresses; measured with 250 000 paths on Linux 6.1, rounded up.
   */
  public static final long KERNEL_BYTES_PER_PATH = 10_000;

  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";
  private static final double LARGEST_SHARE = 0.5;

  private TcLimits() {}

  /**
   * Why so many paths cannot be had here.
   *
   * @param endpoints number of endpoints
   * @param fromOneEndpoint the largest number of paths that leave one endpoint
   * @param paths number of paths in all
   * @return the reason and what to do; empty when they can
   */
  public static Optional<String> refusal(int endpoints, int fromOneEndpoint, long paths) {
    return refusal(endpoints, fromOneEndpoint, paths, availableBytes());
  }

  static Optional<String> refusal(
      int endpoints, int fromOneEndpoint, long paths, long availableBytes) {
    if (endpoints > MAX_ENDPOINTS) {
      return Optional.of(
          "The tc fabric has at most "
              + MAX_ENDPOINTS
              + " endpoints, not "
              + endpoints
              + ": distribute the experiment over several machines.");
    }
    if (fromOneEndpoint > MAX_PATHS_FROM_ONE_ENDPOINT) {
      return Optional.of(
          "The tc fabric has at most "
              + MAX_PATHS_FROM_ONE_ENDPOINT
              + " paths from one endpoint, not "
              + fromOneEndpoint
              + ": a device has no room for more queueing disciplines. Use --fabric user-space.");
    }
    double needed = (double) paths * KERNEL_BYTES_PER_PATH;
    if (needed > LARGEST_SHARE * availableBytes) {
      return Optional.of(
          paths
              + " paths take "
              + (long) (needed / 1e6)
              + " MB of kernel memory in the tc fabric, more than half of the "
              + availableBytes / 1_000_000
              + " MB that are free: have fewer paths, or use --fabric user-space.");
    }
    return Optional.empty();
  }

  /** A machine that does not tell has no bound here; the kernel will refuse. */
  static long availableBytes() {
    try (Stream<String> lines = Files.lines(MEMORY)) {
      return lines
          .filter(line -> line.startsWith(AVAILABLE))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
