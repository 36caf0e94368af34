package io.kollaps.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.cgroup.MountPoint;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.linux.ownership.Sweep;
import io.kollaps.linux.ownership.SweepReport;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kill -9} of the process that hosts a runtime, at several steps. */
@Timeout(180)
class SuddenEndTest {
  private static final int ENDPOINTS = 4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"begun", "run", "created 0", "created 3", "ready", "started 0", "started 3", "up"})
  void shouldLeaveNothingAfterASweep(String step) throws Exception {
    String mark = "4" + Math.abs(step.hashCode() % 100_000) + ProcessHandle.current().pid();
    Process foreign = new ProcessBuilder("sleep", "77" + mark).start();
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RuntimeHost.class.getName(),
                folder.toString(),
                Integer.toString(ENDPOINTS),
                mark,
                "stay")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      awaitLine(host, step);
      StateFolder state = StateFolder.at(folder.resolve("state"));
      if (!step.equals("begun")) {
        assertThat(Sweep.sweep(state).live()).as("a live run is not swept").hasSize(1);
      }

      host.destroyForcibly().waitFor();
      List<SweepReport> reports = sweepTwiceAtOnce(state);

      // the kernel ends the programs by itself; the sweep ends what it does not
      TestRun.await(
          "no process of the run", () -> TestRun.processesWith("sleep\0" + mark).isEmpty());
      TestRun.await(
          "no process by the run's folder",
          () -> TestRun.processesWith(folder.toString()).isEmpty());
      for (SweepReport report : reports) {
        assertThat(report.clean()).as(report.toString()).isTrue();
      }
      assertThat(runFolders(state)).isEmpty();
      assertThat(groups(reports)).isEmpty();
      assertThat(foreign.isAlive()).isTrue();
    } finally {
      host.destroyForcibly();
      foreign.destroyForcibly();
    }
  }

  private static void awaitLine(Process host, String start) throws Exception {
    BufferedReader lines = host.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(start)) {
        return;
      }
    }
    throw new AssertionError("the host ended before the step " + start);
  }

  private static List<SweepReport> sweepTwiceAtOnce(StateFolder state) throws Exception {
    List<SweepReport> reports = new ArrayList<>();
    List<Exception> failures = new ArrayList<>();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    SweepReport report = Sweep.sweep(state);
                    synchronized (reports) {
                      reports.add(report);
                    }
                  } catch (Exception e) {
                    failures.add(e);
                  }
                });
    SweepReport own = Sweep.sweep(state);
    other.join(TimeUnit.SECONDS.toMillis(TestRun.SECONDS));
    assertThat(other.isAlive()).isFalse();
    assertThat(failures).isEmpty();
    reports.add(own);
    return reports;
  }

  private static List<String> runFolders(StateFolder state) throws Exception {
    try (Stream<Path> entries = Files.list(state.path())) {
      return entries
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> !name.startsWith("."))
          .toList();
    }
  }

  private static List<Path> groups(List<SweepReport> reports) throws Exception {
    List<Path> found = new ArrayList<>();
    List<String> runs =
        reports.stream()
            .flatMap(report -> report.swept().stream())
            .map(run -> "kollaps-" + run.run())
            .toList();
    for (MountPoint mount : MountPoint.all()) {
      if (mount.type().startsWith("cgroup")) {
        try (Stream<Path> tree = Files.walk(mount.path(), 5)) {
          tree.filter(
                  path ->
                      runs.stream().anyMatch(run -> path.getFileName().toString().startsWith(run)))
              .forEach(found::add);
        }
      }
    }
    return found;
  }
}
