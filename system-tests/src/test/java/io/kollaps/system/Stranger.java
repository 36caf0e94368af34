package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Things of the kinds that Kollaps makes, and that somebody else made: a network namespace, a queue
 * discipline on a device, a control group, and a process with another run's mark.
 */
final class Stranger implements AutoCloseable {
  private final String name = "stranger" + ProcessHandle.current().pid();
  private final String device = "kst" + ProcessHandle.current().pid() % 1_000_000;
  private final Path group;
  private final Process process;
  private final String discipline;

  Stranger() throws Exception {
    run("ip", "netns", "add", name);
    run("ip", "link", "add", device, "type", "veth", "peer", "name", device + "p");
    run(
        "tc", "qdisc", "replace", "dev", device, "root", "tbf", "rate", "1mbit", "burst", "32kbit",
        "latency", "400ms");
    discipline = run("tc", "qdisc", "show", "dev", device);
    Path cpu = Path.of("/sys/fs/cgroup/cpu");
    Path root = Files.isDirectory(cpu) ? cpu : Path.of("/sys/fs/cgroup");
    group = Files.createDirectory(root.resolve("kollaps-" + name));
    ProcessBuilder sleeper = new ProcessBuilder("sleep", "3600");
    sleeper.environment().put("KOLLAPS_RUN", "000101-000000-" + name);
    process = sleeper.start();
  }

  /** Fails when something of it was touched. */
  void expectUntouched() throws Exception {
    assertThat(run("ip", "netns", "list")).contains(name);
    assertThat(run("ip", "netns", "exec", name, "cat", "/proc/net/dev")).contains("lo:");
    assertThat(run("tc", "qdisc", "show", "dev", device)).isEqualTo(discipline).contains("tbf");
    assertThat(group).isDirectory();
    assertThat(process.isAlive()).isTrue();
  }

  @Override
  public void close() throws Exception {
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    Files.deleteIfExists(group);
    run("ip", "link", "delete", device);
    run("ip", "netns", "delete", name);
  }

  private static String run(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(List.of(words) + " failed: " + output);
    }
    return output;
  }
}
