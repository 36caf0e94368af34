package io.kollaps.fabric.tc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the tc fabric cannot carry, known before anything is made. */
public final class TcLimits {
  /** Most endpoints of an experiment: path ids are 32 bits. */
  public static final int MAX_ENDPOINTS = 46_340;

  /** Most paths that leave one endpoint: each takes two queueing disciplines of its device. */
  public static final int MAX_PATHS_FROM_ONE_ENDPOINT = InterfaceShaper.MAX_DESTINATIONS;

  /** Longest that one reading of all counters may take: shares are to settle within this time. */
  static final long LONGEST_READING_NANOS = 100_000_000;

  /**
   * Time in which the kernel tells the counters of a path: 1.6 us for each of two queueing
   * disciplines, measured on Linux 6.18 with 1000 and 4000 of them on a device.
   */
  static final long READING_NANOS_PER_PATH = 3_200;

  /** Most paths in all: more could not be read in time when every endpoint sends. */
  public static final int MAX_PATHS = (int) (LONGEST_READING_NANOS / READING_NANOS_PER_PATH);

  /**
   * Most kernel memory of a path without packets, in bytes, beside what each processor has of it.
   * On Linux 6.1, by the kernel's tables of objects: 3.2 KB for the class, 1 KB for netem, 0.5 KB
   * for its queue, 2 KB for a table of jitter, and for each of two addresses 0.5 KB for the filter
   * and 1.2 KB for its handle, which has two nodes of a tree to itself: 10.3 KB. The rest is for
   * tables of filters, and for kernels whose objects are larger.
   */
  static final long FIXED_BYTES_PER_PATH = 12_000;

  /**
   * What every processor that the kernel provides for has of a path, in bytes: counters of a u32
   * filter with one key and of one with four (28 and 52, by struct tc_u32_pcnt), and their mark.
   */
  static final long BYTES_PER_PATH_AND_PROCESSOR = 96;

  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";
  private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu/possible");
  private static final double LARGEST_SHARE = 0.5;
  private static final double MEGA = 1e6;

  private TcLimits() {}

  /**
   * Why so many paths cannot be had here.
   *
   * @param endpoints number of endpoints
   * @param fromOneEndpoint the largest number of paths that leave one endpoint
   * @param paths number of paths in all
   * @return the reason and what to do, a sentence without its end; empty when they can
   */
  public static Optional<String> refusal(int endpoints, int fromOneEndpoint, long paths) {
    return tooMany(endpoints, fromOneEndpoint, paths).or(() -> tooLarge(paths));
  }

  /** Why so many paths cannot be had on any machine; as {@link #refusal}. */
  static Optional<String> tooMany(int endpoints, int fromOneEndpoint, long paths) {
    if (endpoints > MAX_ENDPOINTS) {
      return Optional.of(
          count(MAX_ENDPOINTS, "endpoints", endpoints)
              + "; distribute the experiment over several machines");
    }
    if (fromOneEndpoint > MAX_PATHS_FROM_ONE_ENDPOINT) {
      return Optional.of(
          count(MAX_PATHS_FROM_ONE_ENDPOINT, "paths from one endpoint", fromOneEndpoint)
              + ", since a device has no room for more queueing disciplines; use --fabric user-space");
    }
    if (paths > MAX_PATHS) {
      return Optional.of(
          count(MAX_PATHS, "paths", paths)
              + ", since reading their counters would take longer than the "
              + LONGEST_READING_NANOS / 1_000_000
              + " ms in which shares are to settle; use --fabric kernel or user-space");
    }
    return Optional.empty();
  }

  /** Why the memory of so many more paths cannot be had here and now; as {@link #refusal}. */
  static Optional<String> tooLarge(long paths) {
    return tooLarge(paths, kernelBytesPerPath(), availableBytes());
  }

  static Optional<String> tooLarge(long paths, long bytesPerPath, long availableBytes) {
    double needed = (double) paths * bytesPerPath;
    return needed <= LARGEST_SHARE * availableBytes
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%d paths take %.0f MB of kernel memory in the tc fabric, more than half of the"
                    + " %.0f MB that are free; have fewer paths, or use --fabric user-space",
                paths,
                needed / MEGA,
                availableBytes / MEGA));
  }

  private static String count(int most, String what, long asked) {
    return "the tc fabric has at most " + most + " " + what + ", not " + asked;
  }

  /** Most kernel memory that a path without packets takes here, in bytes. */
  static long kernelBytesPerPath() {
    return FIXED_BYTES_PER_PATH + BYTES_PER_PATH_AND_PROCESSOR * possibleProcessors();
  }

  /**
   * Processors that the kernel provides for, which may be more than there are; those that run where
   * it does not tell.
   */
  private static int possibleProcessors() {
    try {
      return processors(Files.readString(PROCESSORS));
    } catch (IOException | NumberFormatException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** Their number, of a list as the kernel writes it, for example {@code 0-3,8}. */
  static int processors(String list) {
    String last = list.strip().replaceAll(".*[,-]", "");
    return Integer.parseInt(last) + 1;
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
