package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The script that runs commands in the test kernel: a failure inside is a failure outside. */
@Order(40)
class TestKernelScriptTest {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final int NO_ANSWER = 125;
  private static final int NOT_STARTED = 126;
  private static final int KILLED = 137;

  private final Workspace workspace = new Workspace();
  private final Set<Path> before = memories();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  private Started start(String... words) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Checkout.folder().resolve("scripts/test-kernel").toString());
    line.addAll(List.of(words));
    return workspace.startLine(line);
  }

  private Finished shell(String script) throws Exception {
    return start("--memory", "256", "--limit", "60", "--", "sh", "-c", script).await(BOUND);
  }

  /** Folders for memory of guests. */
  private static Set<Path> memories() {
    Set<Path> found = new TreeSet<>();
    for (String folder : List.of("/dev/shm", "/var/tmp", "/tmp")) {
      try (DirectoryStream<Path> memories =
          Files.newDirectoryStream(Path.of(folder), "kollaps-test-kernel.*")) {
        memories.forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private void expectNothingLeft() throws Exception {
    // guests of others may come and go meanwhile; theirs are held, or about to be
    Set<Path> left = memories();
    left.removeAll(before);
    for (Path folder : left) {
      Path held = folder.resolve("held");
      if (Files.exists(held)) {
        Finished free =
            workspace.startLine(List.of("flock", "-n", held.toString(), "true")).await(BOUND);
        assertThat(free.exitCode()).as("%s is held by nobody", folder).isNotZero();
      }
    }
  }

  @Test
  void shouldPassOnHowTheCommandEnded() throws Exception {
    // a panic after the end changes nothing: user-mode-linux panics at times while it powers off
    String panicLater =
        "setsid sh -c 'until [ -e /run/told/status ]; do :; done; echo c > /proc/sysrq-trigger' &";
    Finished passed = shell(panicLater + " exit 0");
    assertThat(passed.exitCode()).as(passed.shown()).isZero();
    Finished failed = shell("echo said inside; exit 7");
    assertThat(failed.exitCode()).as(failed.shown()).isEqualTo(7);
    assertThat(failed.out()).contains("said inside");
    assertThat(shell("exec /no/such/command").exitCode()).isEqualTo(127);
  }

  @Test
  void shouldFailWhenTheKernelPanics() throws Exception {
    Finished panic = shell("echo last words; echo c > /proc/sysrq-trigger");
    assertThat(panic.exitCode()).as(panic.shown()).isEqualTo(NO_ANSWER);
    assertThat(panic.out()).contains("last words", "Kernel panic");
    assertThat(panic.err()).contains("the guest died");
  }

  @Test
  void shouldFailWhenTheGuestDoesNotTellHowTheCommandEnded() throws Exception {
    Finished silent = shell("poweroff -f");
    assertThat(silent.exitCode()).as(silent.shown()).isEqualTo(NO_ANSWER);
    // user-mode-linux panics at times while it powers off; neither is taken for an end
    assertThat(silent.err()).containsAnyOf("did not tell", "the guest died");
  }

  @Test
  void shouldEndWhatTakesTooLong() throws Exception {
    Finished late =
        start("--memory", "256", "--limit", "10", "--", "sh", "-c", "echo begun; sleep 1000")
            .await(BOUND);
    assertThat(late.exitCode()).as(late.shown()).isEqualTo(NO_ANSWER);
    assertThat(late.out()).contains("begun");
    assertThat(late.err()).contains("did not end within 10 s");
    expectNothingLeft();
  }

  @Test
  void shouldKeepTheMachinesFilesFromTheGuest() throws Exception {
    Path results = Files.createDirectory(workspace.folder().resolve("told"));
    Path victim = Files.writeString(workspace.folder().resolve("victim"), "untouched");
    String script =
        """
        for file in %1$s /usr/harm /etc/harm /harm; do
          if echo harm > "$file"; then echo "wrote $file"; fi
        done
        mount -o remount,rw / && { echo harm > /usr/harm && echo "wrote after a remount"; }
        mkdir -p /tmp/again && mount -t hostfs -o %2$s none /tmp/again && \
          { echo harm > /tmp/again/victim && echo "wrote by another mount"; }
        echo mine > /tmp/free && echo mine > /run/free && echo told > %3$s/told && exit 5
        """
            .formatted(victim, workspace.folder(), results);
    Finished run =
        start("--results", results.toString(), "--memory", "256", "--", "sh", "-c", script)
            .await(BOUND);
    assertThat(run.exitCode()).as(run.shown()).isEqualTo(5);
    assertThat(run.out()).doesNotContain("wrote");
    assertThat(Files.readString(victim)).isEqualTo("untouched");
    assertThat(Path.of("/usr/harm")).doesNotExist();
    assertThat(Path.of("/tmp/free")).doesNotExist();
    assertThat(Files.readString(results.resolve("told"))).isEqualTo("told\n");
  }

  @Test
  void shouldTakeTheGuestAlongWhenItIsEnded() throws Exception {
    for (String signal : List.of("TERM", "KILL")) {
      Started running = start("--memory", "256", "--", "sh", "-c", "echo begun; exec sleep 1000");
      Waiting.until("the guest has begun", BOUND, () -> running.outSoFar().contains("begun"));
      List<ProcessHandle> guest =
          ProcessHandle.of(running.pid()).orElseThrow().descendants().toList();
      assertThat(guest).isNotEmpty();
      running.signal(signal);
      int code = running.await(BOUND).exitCode();
      assertThat(code).isEqualTo(signal.equals("TERM") ? 143 : KILLED);
      Waiting.until(
          "every process of the guest is gone after " + signal,
          BOUND,
          () -> guest.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void shouldSayWhereTheMemoryCannotBeHad() throws Exception {
    Finished refused = start("--memory", "99999999", "--", "true").await(BOUND);
    assertThat(refused.exitCode()).isEqualTo(NOT_STARTED);
    assertThat(refused.err()).contains("/dev/shm has ", "--memory");
  }
}
