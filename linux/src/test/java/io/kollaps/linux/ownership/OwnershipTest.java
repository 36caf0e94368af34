package io.kollaps.linux.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OwnershipTest {
  @TempDir Path folder;
  private StateFolder state;

  @BeforeEach
  void open() throws IOException {
    state = StateFolder.at(folder.resolve("state"));
  }

  private static RunId id(String value) {
    return new RunId(value);
  }

  /** A run's folder as a process that was killed leaves it. */
  private Path deadRun(String id, String journal) throws IOException {
    Path run = Files.createDirectory(state.path().resolve(id));
    Files.createFile(run.resolve("lock"));
    Files.writeString(run.resolve("journal"), journal);
    return run;
  }

  @Test
  void shouldSortRunIdsByTimeAndTellRunsOfOneSecondApart() {
    Random random = new Random(42);
    Instant first = Instant.parse("2026-07-13T14:25:30Z");

    assertThat(RunId.of(first, random).value()).startsWith("260713-142530-").hasSize(18);
    assertThat(RunId.of(first, random)).isLessThan(RunId.of(first.plusSeconds(1), random));
    Set<RunId> ids = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      ids.add(RunId.of(first, random));
    }
    assertThat(ids).hasSize(50);
    for (String bad : List.of("", "..", "a/b", "A", ".x", "-x", "a".repeat(33), "a\n")) {
      assertThatThrownBy(() -> id(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldReadBackWhatIsOwnedLastMadeFirst() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    OwnedResource odd = new OwnedResource.OwnedFile(Path.of("/a b/tab\there/\\n/new\nline/é"));
    OwnedResource group = new OwnedResource.ControlGroup(Path.of("/sys/fs/cgroup/kollaps-x"));
    OwnedResource other = new OwnedResource.Other("container", "kollaps-x-1");
    try (Journal journal = Journal.create(run)) {
      journal.willMake(odd);
      journal.willMake(group);
      journal.willMake(other);
      journal.released(group);
    }

    assertThat(Journal.read(run)).isEqualTo(new Journal.Contents(List.of(other, odd), List.of()));
  }

  @Test
  void shouldReadWhatIsWholeOfABrokenJournal() throws IOException {
    Path run =
        deadRun(
            "x",
            "+\tfolder\t/one\n\0\0garbage\n+\tBAD\tx\n?\tfile\t/q\n+\tfile\t/a\0b\n+\tfolder\t/ha");

    Journal.Contents contents = Journal.read(run);

    assertThat(contents.owned()).containsExactly(new OwnedResource.Folder(Path.of("/one")));
    assertThat(contents.broken()).hasSize(5);
  }

  @Test
  void shouldSweepDeadRunsAndLeaveLiveOnes() throws Exception {
    Path dead = deadRun("dead", "+\tprocesses\tdead\n+\tfol");
    Files.createDirectories(dead.resolve("a/b"));
    Files.writeString(dead.resolve("a/b/file"), "x");
    try (RunOwnership live = RunOwnership.begin(state, id("live"))) {
      Files.writeString(live.folder().resolve("file"), "x");

      SweepReport report = Sweep.sweep(state);

      assertThat(report.clean()).isTrue();
      assertThat(report.live()).containsExactly(id("live"));
      assertThat(report.swept()).extracting(SweptRun::run).containsExactly(id("dead"));
      assertThat(report.swept().getFirst().remarks()).hasSize(1);
      assertThat(dead).doesNotExist();
      assertThat(live.folder().resolve("file")).exists();
      // the sweep must not have dropped the lock of this process by looking at it
      assertThat(lockedForOthers(live.folder())).isTrue();
    }
    assertThat(state.folderOf(id("live"))).doesNotExist();
    assertThat(Sweep.sweep(state).swept()).isEmpty();
  }

  /** Asks from another process, by /proc/locks: it lists inode numbers of locked files. */
  private static boolean lockedForOthers(Path run) throws IOException {
    long inode = (Long) Files.getAttribute(run.resolve("lock"), "unix:ino");
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains(":" + inode + " "));
  }

  @Test
  void shouldRefuseASecondRunOfTheSameId() throws IOException {
    try (RunOwnership first = RunOwnership.begin(state, id("one"))) {
      assertThatThrownBy(() -> RunOwnership.begin(state, id("one")))
          .isInstanceOf(IOException.class);
      assertThat(first.folder()).exists();
    }
  }

  @Test
  void shouldNotFollowLinksNorTouchWhatIsNotOfTheRun() throws IOException {
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Path file = Files.writeString(foreign.resolve("file"), "keep");
    Path run =
        deadRun(
            "dead",
            "+\tfolder\t"
                + foreign
                + "\n+\tfile\t"
                + file
                + "\n+\tcgroup\t"
                + foreign
                + "\n+\tcgroup\t/sys/fs/cgroup/cpu/kollaps-dead/../..\n+\tmount\t/\n+\tprocesses\tother\n");
    Files.createSymbolicLink(run.resolve("link"), foreign);
    Files.createDirectory(run.resolve("inner"));
    Files.createSymbolicLink(run.resolve("inner/up"), Path.of("../.."));
    Files.createSymbolicLink(state.path().resolve("linked-run"), foreign);
    Files.writeString(state.path().resolve("Not A Run"), "keep");

    SweepReport report = Sweep.sweep(state);

    assertThat(report.clean()).isTrue();
    assertThat(run).doesNotExist();
    assertThat(file).hasContent("keep");
    assertThat(report.ignored()).containsExactly("Not A Run", "linked-run");
    assertThat(state.path().resolve("linked-run")).isSymbolicLink();
    assertThat(report.swept().getFirst().remarks()).hasSize(6);
  }

  @Test
  void shouldKeepARunWithAResourceOfAKindItDoesNotKnow() throws IOException {
    Path run = deadRun("dead", "+\tcontainer\tkollaps-dead-1\n");

    SweepReport report = Sweep.sweep(state);

    assertThat(report.clean()).isFalse();
    assertThat(report.swept().getFirst().remaining().getFirst()).contains("kollaps-dead-1");
    assertThat(run.resolve("journal")).exists();
  }

  @Test
  void shouldKillProcessesOfTheRunAndNoOthers() throws Exception {
    String folder = deadRun("dead", "").toString();
    Process own = sleeper(Map.of("KOLLAPS_RUN", "dead", "KOLLAPS_RUN_FOLDER", folder));
    Process near =
        sleeper(
            Map.of("KOLLAPS_RUN", "dead2", "KOLLAPS_RUN_FOLDER", folder, "X", "KOLLAPS_RUN=dead"));
    // of the same run's part of another node on this machine
    Process elsewhere = sleeper(Map.of("KOLLAPS_RUN", "dead", "KOLLAPS_RUN_FOLDER", folder + "2"));
    try {
      SweepReport report = Sweep.sweep(state);

      assertThat(own.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(near.isAlive()).isTrue();
      assertThat(elsewhere.isAlive()).isTrue();
      assertThat(report.swept().getFirst().removed())
          .anyMatch(line -> line.startsWith("process " + own.pid() + " (sleep 1000"));
    } finally {
      own.destroyForcibly();
      near.destroyForcibly();
      elsewhere.destroyForcibly();
    }
  }

  @Test
  void shouldKillFirstProcessesOfEndpointsByTheirInitScript() throws Exception {
    Path run = deadRun("dead", "");
    Path script = Files.writeString(run.resolve("init"), "while :; do sleep 0.05; done\n");
    Process first = withoutEnvironment("sh", script.toString());
    Process reader = withoutEnvironment("tail", "-f", script.toString());
    try {
      assertThat(Sweep.sweep(state).clean()).isTrue();

      assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(reader.isAlive()).isTrue();
    } finally {
      first.destroyForcibly();
      reader.destroyForcibly();
    }
  }

  private static Process withoutEnvironment(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    return builder.start();
  }

  private static Process sleeper(Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
    builder.environment().putAll(environment);
    return builder.start();
  }

  @Test
  void shouldLetManySweepsAndStartsHappenAtOnce() throws Exception {
    for (int i = 0; i < 30; i++) {
      Files.writeString(deadRun("dead-" + i, "").resolve("file"), "x");
    }
    List<SweepReport> reports = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int number = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (RunOwnership run = RunOwnership.begin(state, id("live-" + number))) {
                      SweepReport report = Sweep.sweep(state);
                      synchronized (reports) {
                        reports.add(report);
                        assertThat(run.folder()).exists();
                      }
                    } catch (Throwable e) {
                      synchronized (reports) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(failures).isEmpty();
    assertThat(reports).hasSize(4).allMatch(SweepReport::clean);
    assertThat(reports.stream().flatMap(report -> report.swept().stream()).map(SweptRun::run))
        .hasSize(30)
        .doesNotHaveDuplicates();
    try (Stream<Path> left = Files.list(state.path())) {
      assertThat(left.map(path -> path.getFileName().toString())).containsExactly(".lock");
    }
  }

  @Test
  void shouldFindTheStateFolderOfTheUser() throws IOException {
    Path named = folder.resolve("named");
    assertThat(StateFolder.locate(Map.of(StateFolder.VARIABLE, named.toString())).path())
        .isEqualTo(named);
    assertThat(Files.getPosixFilePermissions(named))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    assertThat(UserIds.parse(0, List.of("0 1000 1"))).isEqualTo(new UserIds(0, 1000, false));
    assertThat(UserIds.parse(1000, List.of("         0          0 4294967295")))
        .isEqualTo(new UserIds(1000, 1000, true));
    assertThat(UserIds.parse(0, List.of("0 1000 1")).isRoot()).isFalse();
    assertThat(UserIds.parse(0, List.of("0 0 4294967295")).isRoot()).isTrue();
  }

  @Test
  void shouldRefuseAStateFolderOfSomebodyElseOrBehindALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), state.path());
    assertThatThrownBy(() -> StateFolder.at(link)).hasMessageContaining("symbolic link");

    Path other = Files.createDirectory(folder.resolve("other"));
    Files.setAttribute(other, "unix:uid", 65534);
    assertThatThrownBy(() -> StateFolder.at(other)).hasMessageContaining("user 65534");
  }

  @Test
  void shouldNotReadAHugeJournal() throws IOException {
    Path run = deadRun("dead", "");
    try (var channel = Files.newByteChannel(run.resolve("journal"), StandardOpenOption.WRITE)) {
      channel.position(Journal.MAX_BYTES);
      channel.write(java.nio.ByteBuffer.wrap(new byte[1]));
    }

    assertThat(Journal.read(run).broken()).hasSize(1);
  }
}
