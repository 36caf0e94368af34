package io.kollaps.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.linux.ownership.Sweep;
import io.kollaps.linux.rootless.RootlessEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runtime in user, network and mount namespaces of an ordinary user. */
@Timeout(120)
class OrdinaryUserTest {
  private static final String NOBODY = "65534";

  @TempDir Path folder;

  private Process host(String mark, String end) throws IOException {
    openToAll(folder);
    Path work = Files.createDirectory(folder.resolve("work"));
    openToAll(work);
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    command.addAll(RootlessEntry.PREFIX);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            readableClasses(),
            RuntimeHost.class.getName(),
            work.toString(),
            "3",
            mark,
            end));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  @Test
  void shouldRunEndpointsAndTellThatLimitsAreNotEnforced() throws Exception {
    String mark = "61" + ProcessHandle.current().pid();
    Process host = host(mark, "end");
    try {
      String output = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(host.waitFor(TestRun.SECONDS, TimeUnit.SECONDS)).isTrue();

      assertThat(host.exitValue()).as(output).isZero();
      assertThat(output)
          .contains("127.0.0.7", "service-1", "up", "closed")
          .contains("CPU limit of endpoint service-1 is not enforced")
          .contains("memory limit of endpoint service-3 is not enforced");
      assertThat(TestRun.processesWith("sleep\0" + mark)).isEmpty();
    } finally {
      host.destroyForcibly();
    }
  }

  @Test
  void shouldLeaveNoProcessWhenKilled() throws Exception {
    String mark = "62" + ProcessHandle.current().pid();
    Process host = host(mark, "stay");
    try {
      BufferedReader lines = host.inputReader();
      StringBuilder output = new StringBuilder();
      String line = lines.readLine();
      while (line != null && !line.equals("up")) {
        output.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(output.toString()).isEqualTo("up");
      assertThat(TestRun.processesWith("sleep\0" + mark)).hasSizeGreaterThanOrEqualTo(6);

      host.destroyForcibly().waitFor();

      TestRun.await("no process", () -> TestRun.processesWith("sleep\0" + mark).isEmpty());
      StateFolder state = new StateFolder(folder.resolve("work/state"));
      assertThat(Sweep.sweep(state).clean()).isTrue();
      assertThat(Sweep.sweep(state).swept()).isEmpty();
    } finally {
      host.destroyForcibly();
    }
  }

  /** The compiled classes, where another user can read them. */
  private String readableClasses() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("classes"));
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path source = Path.of(entry);
      if (Files.isDirectory(source)) {
        copy(source, copy);
      } else if (entry.contains("linux-") || entry.contains("topology-")) {
        Files.copy(source, copy.resolve(source.getFileName()));
      }
    }
    openToAll(copy);
    try (Stream<Path> all = Files.walk(copy)) {
      for (Path path : all.toList()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return copy + ":" + copy + "/*";
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      for (Path path : all.toList()) {
        Path to = target.resolve(source.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          Files.copy(path, to);
        }
      }
    }
  }

  private static void openToAll(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
  }
}
