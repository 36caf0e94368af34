package io.kollaps.benchmarks.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** How much of the processors others used while something was measured. */
public final class HostLoad {
  private static final Path STATISTICS = Path.of("/proc/stat");

  /** The kernel's unit of processor time for programs, 1/100 s on all its common systems. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STEAL = 7;
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] ticks = read();
  private final long ownNanos = own();
  private final long begin = System.nanoTime();

  /**
   * Processors that others used since this was made.
   *
   * @return one sentence for a reader of the figures
   */
  public String sentence() {
    long[] now = read();
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    double busy = 0;
    for (int i = 0; i < STEAL; i++) {
      busy += i == IDLE || i == WAITING ? 0 : now[i] - ticks[i];
    }
    double others =
        busy / TICKS_PER_SECOND / seconds - (own() - ownNanos) / NANOS_PER_SECOND / seconds;
    double steal = (now[STEAL] - ticks[STEAL]) / TICKS_PER_SECOND / seconds;
    return String.format(
        Locale.ROOT,
        "meanwhile other programs used %.2f of %d processors, and the hypervisor took %.2f",
        Math.max(0, others),
        Runtime.getRuntime().availableProcessors(),
        steal);
  }

  private static long own() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** All zero where the kernel hides it: then nothing is subtracted, and nothing is claimed. */
  private static long[] read() {
    long[] values = new long[STEAL + 1];
    try {
      String[] words =
          Files.readString(STATISTICS).lines().findFirst().orElse("").split("\\s+", -1);
      for (int i = 0; i < values.length && i + 1 < words.length; i++) {
        values[i] = Long.parseLong(words[i + 1]);
      }
    } catch (IOException | NumberFormatException e) {
      return values;
    }
    return values;
  }
}
