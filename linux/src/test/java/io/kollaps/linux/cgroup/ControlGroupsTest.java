package io.kollaps.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.cgroup.ControlGroups.Controller;
import io.kollaps.linux.cgroup.ControlGroups.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layouts of control groups, as folders with the files that the kernel shows there. */
class ControlGroupsTest {
  @TempDir Path folder;

  private Path version2(String path, String controllers, String passedOn) throws IOException {
    Path group = Files.createDirectories(folder.resolve(path));
    Files.writeString(group.resolve("cgroup.controllers"), controllers + "\n");
    Files.writeString(group.resolve("cgroup.subtree_control"), passedOn + "\n");
    return group;
  }

  private MountPoint mount(String path, String type, String... options) throws IOException {
    return new MountPoint(
        Files.createDirectories(folder.resolve(path)), "/", type, Set.of(options));
  }

  @Test
  void shouldUseTheOwnGroupOfVersion1() throws IOException {
    Path own = Files.createDirectories(folder.resolve("memory/mine"));

    ControlGroups groups =
        ControlGroups.detect(
            List.of(
                mount("memory", "cgroup", "rw", "memory"),
                mount("cpu", "cgroup", "cpu", "cpuacct")),
            List.of("4:memory:/mine", "3:cpu,cpuacct:/gone"));

    assertThat(groups.place(Controller.MEMORY)).contains(new Place(own, 1));
    assertThat(groups.place(Controller.CPU)).contains(new Place(folder.resolve("cpu"), 1));
  }

  @Test
  void shouldPassControllersOnInVersion2() throws IOException {
    Path top = version2("unified", "cpu memory", "memory");
    version2("unified/session", "memory", "");

    ControlGroups groups =
        ControlGroups.detect(List.of(mount("unified", "cgroup2")), List.of("0::/session"));

    assertThat(groups.place(Controller.CPU)).contains(new Place(top, 2));
    assertThat(top.resolve("cgroup.subtree_control")).hasContent("+cpu");
  }

  @Test
  void shouldTakeVersion1InTheHybridLayout() throws IOException {
    version2("unified", "", "");

    ControlGroups groups =
        ControlGroups.detect(
            List.of(mount("unified", "cgroup2"), mount("cpu", "cgroup", "cpu")),
            List.of("1:cpu:/", "0::/"));

    assertThat(groups.place(Controller.CPU)).contains(new Place(folder.resolve("cpu"), 1));
    assertThat(groups.place(Controller.MEMORY)).isEmpty();
    assertThat(groups.reason(Controller.MEMORY)).contains("does not have the controller memory");
  }

  @Test
  void shouldSayThatNothingIsMounted() {
    assertThat(ControlGroups.detect(List.of(), List.of()).reason(Controller.CPU))
        .contains("no control group hierarchy");
  }

  @Test
  void shouldWriteLimitsInTheFormOfEachVersion() throws IOException {
    Path top = version2("v2", "cpu memory", "cpu memory");
    LimitedGroup cpu = new LimitedGroup(top.resolve("kollaps-x/e"), Controller.CPU, 2);
    cpu.make();
    cpu.limitCpus(1.5);
    assertThat(cpu.path().resolve("cpu.max")).hasContent("15000 10000");
    assertThat(top.resolve("kollaps-x/cgroup.subtree_control")).hasContent("+cpu");
    // the kernel takes no quota below 1 ms
    cpu.limitCpus(0.01);
    assertThat(cpu.path().resolve("cpu.max")).hasContent("1000 100000");

    LimitedGroup memory = new LimitedGroup(top.resolve("kollaps-x/e"), Controller.MEMORY, 2);
    memory.make();
    memory.limitMemory(4096);
    assertThat(memory.path().resolve("memory.max")).hasContent("4096");
    Files.writeString(memory.path().resolve("memory.events"), "max 3\noom_kill 2\n");
    assertThat(memory.memoryKills()).isEqualTo(2);

    LimitedGroup old = new LimitedGroup(folder.resolve("v1/kollaps-x/e"), Controller.CPU, 1);
    Files.createDirectories(folder.resolve("v1"));
    old.make();
    old.limitCpus(0.25);
    assertThat(old.path().resolve("cpu.cfs_quota_us")).hasContent("2500");
    assertThat(old.path().resolve("cpu.cfs_period_us")).hasContent("10000");
  }

  @Test
  void shouldParseMountinfo() {
    List<MountPoint> mounts =
        MountPoint.parse(
            List.of(
                "31 24 0:27 /sub /a\\040b rw,nosuid shared:9 - cgroup cgroup rw,memory",
                "36 35 98:0 / /x rw - ext4 /dev/root rw",
                "nonsense"));

    assertThat(mounts).hasSize(2);
    assertThat(mounts.getFirst())
        .isEqualTo(new MountPoint(Path.of("/a b"), "/sub", "cgroup", Set.of("rw", "memory")));
  }
}
