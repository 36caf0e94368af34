package io.kollaps.linux.bpf;

import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the kernel counting how often and how long programs run, all programs of the machine, until
 * it is closed. That costs each run some ten nanoseconds.
 */
public final class BpfStatistics implements AutoCloseable {
  private final int fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BpfStatistics(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Starts counting.
   *
   * @throws LinuxException EPERM without CAP_SYS_ADMIN; EINVAL before Linux 5.8
   */
  public static BpfStatistics enable() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // type 0: BPF_STATS_RUN_TIME
      return new BpfStatistics(
          new Attributes(arena, 8).call(Attributes.ENABLE_STATISTICS, "count runs of programs"));
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FileDescriptors.close(fileDescriptor);
    }
  }
}
