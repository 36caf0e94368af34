package io.kollaps.node.prerequisites;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
public final class SystemProgramRunner implements ProgramRunner {
  /** Bytes of output that are kept; what came before is dropped. */
  static final int KEPT_OUTPUT_BYTES = 64 * 1024;

  private static final Duration AFTER_KILL = Duration.ofSeconds(2);

  @Override
  public ProgramOutcome run(List<String> command, Map<String, String> environment, Duration limit) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(new File("/dev/null")));
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new ProgramOutcome(ProgramOutcome.NOT_STARTED, String.valueOf(e.getMessage()));
    }
    Tail tail = new Tail(process.getInputStream());
    Thread reader =
        Thread.ofPlatform().daemon().name("output of " + command.getFirst()).start(tail);
    try {
      boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (!ended) {
        kill(process);
      }
      // a program that left something running in the background keeps the pipe open: do not wait
      reader.join(AFTER_KILL);
      return new ProgramOutcome(
          ended ? process.exitValue() : ProgramOutcome.TIMED_OUT, tail.text());
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      return new ProgramOutcome(ProgramOutcome.TIMED_OUT, tail.text());
    }
  }

  private static void kill(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  /** Keeps the last bytes of a stream; reads on so that the program never blocks on its output. */
  private static final class Tail implements Runnable {
    private final InputStream from;
    private final byte[] kept = new byte[KEPT_OUTPUT_BYTES];
    private int length;

    Tail(InputStream from) {
      this.from = from;
    }

    @Override
    public void run() {
      byte[] chunk = new byte[8192];
      try (from) {
        for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
          append(chunk, read);
        }
      } catch (IOException e) {
        byte[] why =
            ("(its output could not be read: " + e.getMessage() + ")")
                .getBytes(StandardCharsets.UTF_8);
        append(why, why.length);
      }
    }

    private synchronized void append(byte[] bytes, int count) {
      int drop = Math.max(0, length + count - kept.length);
      System.arraycopy(kept, drop, kept, 0, length - drop);
      length -= drop;
      System.arraycopy(bytes, 0, kept, length, count);
      length += count;
    }

    synchronized String text() {
      return new String(kept, 0, length, StandardCharsets.UTF_8);
    }
  }
}
