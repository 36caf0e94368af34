package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Mininet with its own links of HTB and netem ({@code TCLink}), to compare with. */
final class MininetEmulator implements Emulator {
  /** Its package installs for the system's Python, which need not be the first on PATH. */
  static final String PYTHON = "/usr/bin/python3";

  /** HTB counts Ethernet frames. */
  private static final int ETHERNET_BYTES = 14;

  private static final long LONGEST_LOOK_SECONDS = 60;
  private static final long SEED_OF_TRIAL = 1;

  @Override
  public String name() {
    return "mininet";
  }

  @Override
  public Optional<String> obstacle() throws InterruptedException {
    try {
      Process look =
          new ProcessBuilder(PYTHON, "-c", "import mininet.net")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!look.waitFor(LONGEST_LOOK_SECONDS, TimeUnit.SECONDS)) {
        look.destroyForcibly();
        return Optional.of("Python does not answer");
      }
      if (look.exitValue() != 0) {
        return Optional.of("it is not installed; apt-get install mininet");
      }
    } catch (IOException e) {
      return Optional.of("there is no " + PYTHON + ": " + e.getMessage());
    }
    // a latency and a rate on one link: what the machine's kernel must be able to do
    try (Lab lab = open(2, SEED_OF_TRIAL)) {
      lab.connect(0, 1, Lab.shape(1_000_000, 1_000_000), Lab.shape(1_000_000, 1_000_000));
      return Optional.empty();
    } catch (BenchmarkException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public int framingBytes() {
    return ETHERNET_BYTES;
  }

  @Override
  public Lab open(int endpoints, long seed) throws BenchmarkException, InterruptedException {
    return MininetLab.open(endpoints);
  }
}
