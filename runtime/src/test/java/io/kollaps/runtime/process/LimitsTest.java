package io.kollaps.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.cgroup.MountPoint;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.topology.ResourceLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Needs root and the controllers cpu and memory, of either version. */
@Timeout(120)
class LimitsTest {
  @TempDir Path folder;

  private static List<Path> groupsOf(TestRun run) throws Exception {
    List<Path> found = new ArrayList<>();
    for (MountPoint mount : MountPoint.all()) {
      if (mount.type().startsWith("cgroup")) {
        try (Stream<Path> tree = Files.walk(mount.path(), 6)) {
          tree.filter(path -> path.toString().contains("kollaps-" + run.ownership.run()))
              .filter(Files::isDirectory)
              .forEach(found::add);
        }
      }
    }
    return found;
  }

  @Test
  void shouldKillAHogAtItsMemoryLimitAndSaySo() throws Exception {
    TestRun run = new TestRun(folder);
    try (run) {
      TestRun.Options options = new TestRun.Options();
      options.limits = new ResourceLimits(OptionalDouble.empty(), OptionalLong.of(64L << 20));
      EndpointInstance hog =
          run.create(options, "perl", "-e", "$x = 'a' x (256 << 20); print length $x; sleep 1000");

      ExitStatus status = hog.start().get(TestRun.SECONDS, TimeUnit.SECONDS);

      assertThat(run.runtime.notices()).isEmpty();
      assertThat(status).isEqualTo(new ExitStatus(137, ExitStatus.Cause.ENDED));
      assertThat(Files.readString(run.error(0)))
          .contains("memory limit of 67108864 bytes was reached");
      assertThat(groupsOf(run)).isNotEmpty();
      run.runtime.close();
      assertThat(groupsOf(run)).isEmpty();
    }
  }

  @Test
  void shouldLetAProgramWithinItsMemoryLimitRun() throws Exception {
    try (TestRun run = new TestRun(folder)) {
      TestRun.Options options = new TestRun.Options();
      options.limits = new ResourceLimits(OptionalDouble.empty(), OptionalLong.of(256L << 20));

      EndpointInstance small = run.create(options, "perl", "-e", "$x = 'a' x (32 << 20); exit 9");

      assertThat(small.start().get(TestRun.SECONDS, TimeUnit.SECONDS).code()).isEqualTo(9);
      assertThat(Files.readString(run.error(0))).isEmpty();
    }
  }

  @Test
  void shouldGrantProcessorTimeUpToTheLimit() throws Exception {
    try (TestRun run = new TestRun(folder)) {
      TestRun.Options options = new TestRun.Options();
      options.limits = new ResourceLimits(OptionalDouble.of(0.2), OptionalLong.empty());
      // two seconds of wall time; prints what it got of processor time
      EndpointInstance busy =
          run.create(
              options,
              "perl",
              "-MTime::HiRes=time",
              "-e",
              "$e = time + 2; 1 while time < $e; ($u, $s) = times; print $u + $s");

      busy.start().get(TestRun.SECONDS, TimeUnit.SECONDS);

      assertThat(run.runtime.notices()).isEmpty();
      // 0.4 s, and a period's grant at each end; an unlimited one gets some 2 s on an idle
      // machine, and the upper bound holds on a busy one all the more
      assertThat(Double.parseDouble(Files.readString(run.output(0)))).isBetween(0.01, 0.55);
    }
  }

  @Test
  void shouldMakeNoGroupsWithoutLimits() throws Exception {
    try (TestRun run = new TestRun(folder)) {
      run.shell("exit 0").start().get(TestRun.SECONDS, TimeUnit.SECONDS);

      assertThat(groupsOf(run)).isEmpty();
    }
  }
}
