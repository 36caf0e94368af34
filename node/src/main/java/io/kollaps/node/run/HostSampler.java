package io.kollaps.node.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads how busy the machine's processors are, from the first line of {@code /proc/stat} (proc(5):
 * user nice system idle iowait irq softirq steal).
 */
final class HostSampler {
  private static final int IDLE = 4;
  private static final int IOWAIT = 5;
  private static final int STEAL = 8;
  private static final int FIELDS = 8;

  private final Path stat;
  private Optional<Ticks> last = Optional.empty();

  HostSampler(Path stat) {
    this.stat = stat;
  }

  /**
   * Shares of the processors' time since the last call.
   *
   * @param idle waiting for disks included
   * @param steal taken by a hypervisor
   */
  record Shares(double idle, double steal) {}

  private record Ticks(long total, long idle, long steal) {}

  /** Shares since the last call; empty at the first, and when no time has passed. */
  Optional<Shares> sample() {
    Ticks now = read();
    Optional<Shares> shares =
        last.filter(before -> now.total() > before.total())
            .map(
                before -> {
                  double total = now.total() - before.total();
                  return new Shares(
                      (now.idle() - before.idle()) / total, (now.steal() - before.steal()) / total);
                });
    last = Optional.of(now);
    return shares;
  }

  private Ticks read() {
    try (var lines = Files.lines(stat)) {
      String[] fields = lines.findFirst().orElse("").trim().split("\\s+", -1);
      if (fields.length <= FIELDS) {
        throw new IllegalStateException(stat + " has an unknown form; is this Linux?");
      }
      long total = 0;
      for (int i = 1; i <= FIELDS; i++) {
        total += Long.parseLong(fields[i]);
      }
      return new Ticks(
          total,
          Long.parseLong(fields[IDLE]) + Long.parseLong(fields[IOWAIT]),
          Long.parseLong(fields[STEAL]));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + stat, e);
    }
  }
}
