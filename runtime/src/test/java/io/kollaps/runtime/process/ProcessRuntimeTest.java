package io.kollaps.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.runtime.ExitStatus.Cause;
import io.kollaps.runtime.RuntimeStartException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ProcessRuntimeTest {
  private static final long LONG_GRACE = TimeUnit.SECONDS.toNanos(60);
  private static final long SHORT_GRACE = TimeUnit.MILLISECONDS.toNanos(200);

  @TempDir Path folder;
  private TestRun run;

  @BeforeEach
  void open() throws Exception {
    run = new TestRun(folder);
  }

  @AfterEach
  void close() throws Exception {
    run.close();
    assertThat(run.ownership.folder()).doesNotExist();
    assertThat(run.runtime.notices()).isEmpty();
  }

  private static ExitStatus end(EndpointInstance endpoint) throws Exception {
    return end(endpoint.start());
  }

  private static ExitStatus end(CompletableFuture<ExitStatus> status) throws Exception {
    return status.get(TestRun.SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void shouldResolveTheNamesOfTheRunInside() throws Exception {
    EndpointInstance endpoint =
        run.shell(
            "getent hosts seven | cut -d' ' -f1 | head -1; ping -c 1 -W 5 seven >/dev/null && echo pong; hostname");

    assertThat(end(endpoint).code()).isZero();

    assertThat(run.outputOf(0)).containsExactly("127.0.0.7", "pong", "service-1");
  }

  @Test
  void shouldNotAskNameServersOutside() throws Exception {
    EndpointInstance endpoint = run.shell("getent hosts outside.example.org");

    // getent: 2 means not found; a wait for a server would run into the test's limit
    assertThat(end(endpoint).code()).isEqualTo(2);
  }

  @Test
  void shouldSeeItsOwnProcessesAndDevicesOnly() throws Exception {
    EndpointInstance endpoint =
        run.shell(
            "ls /sys/class/net; set -- /proc/[0-9]*; echo $#; [ -d /sys/fs/cgroup ] && ls /sys/fs/cgroup | head -c 1 | wc -c");

    end(endpoint);

    // the init script and the shell
    assertThat(run.outputOf(0)).containsExactly("lo", "2", "1");
    assertThat(Files.readString(Path.of("/etc/hosts"))).doesNotContain("seven");
  }

  @Test
  void shouldEnterARunningProgramWithWhatItSees() throws Exception {
    TestRun.Options options = new TestRun.Options();
    options.environment = Map.of("GREETING", "it's 5 o'clock");
    EndpointInstance endpoint = run.create(options, "sleep", "600");
    assertThatThrownBy(() -> endpoint.enter(List.of("true")))
        .isInstanceOf(RuntimeStartException.class)
        .hasMessageContaining("does not run");
    endpoint.awaitReady(10_000_000_000L);
    var _ = endpoint.start();

    Process inside =
        endpoint.enter(
            List.of(
                "sh",
                "-c",
                "hostname; ls /sys/class/net; echo $GREETING $KOLLAPS_ENDPOINT; cat; exit 7"));
    try (var input = inside.getOutputStream()) {
      input.write("typed".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(new String(inside.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("service-1\nlo\nit's 5 o'clock service-1\ntyped");
    assertThat(inside.waitFor()).isEqualTo(7);
    Process lasting = endpoint.enter(List.of("sleep", "600"));
    endpoint.crash();
    assertThat(lasting.waitFor(20, TimeUnit.SECONDS)).as("it ends with the program").isTrue();
  }

  @Test
  void shouldGiveTheCommandItsEnvironment() throws Exception {
    TestRun.Options options = new TestRun.Options();
    String awkward = "it's \"two\"\nlines $HOME `id` \\ é";
    options.environment = Map.of("AWKWARD", awkward, "dotted.name", "x y", "PATH", "/usr/bin:/bin");

    end(run.create(options, "env", "-0"));

    assertThat(Files.readString(run.output(0)).split("\0"))
        .contains(
            "AWKWARD=" + awkward,
            "dotted.name=x y",
            "PATH=/usr/bin:/bin",
            "KOLLAPS_RUN=" + run.ownership.run(),
            "KOLLAPS_RUN_FOLDER=" + run.ownership.folder(),
            "KOLLAPS_ENDPOINT=service-1",
            "KOLLAPS_ADDRESS=10.0.0.1");
  }

  @Test
  void shouldKeepArgumentsAsTheyAre() throws Exception {
    end(run.create(new TestRun.Options(), "printf", "<%s>\\n", "a b", "", "$HOME", "*", "-n"));

    assertThat(run.outputOf(0)).containsExactly("<a b>", "<>", "<$HOME>", "<*>", "<-n>");
  }

  @Test
  void shouldRunInTheServicesDirectory() throws Exception {
    TestRun.Options options = new TestRun.Options();
    options.directory = Optional.of(Files.createDirectory(folder.resolve("a b")).toString());

    end(run.create(options, "pwd"));

    assertThat(run.outputOf(0)).containsExactly(folder.resolve("a b").toString());
  }

  @Test
  void shouldRefuseADirectoryThatIsNotThere() {
    TestRun.Options options = new TestRun.Options();
    options.directory = Optional.of(folder.resolve("missing").toString());

    assertThatThrownBy(() -> run.create(options, "pwd"))
        .isInstanceOf(RuntimeStartException.class)
        .hasMessageContaining("missing")
        .hasMessageContaining("service-1");
  }

  @Test
  void shouldGiveTheExitCodeOfTheCommand() throws Exception {
    assertThat(end(run.shell("exit 0"))).isEqualTo(new ExitStatus(0, Cause.ENDED));
    assertThat(end(run.shell("exit 42"))).isEqualTo(new ExitStatus(42, Cause.ENDED));
    assertThat(end(run.shell("kill -SEGV $$"))).isEqualTo(new ExitStatus(139, Cause.ENDED));
    assertThat(Files.readString(run.error(2))).isEmpty();
  }

  @Test
  void shouldTellACommandThatIsNotThereFromOneThatCannotBeExecuted() throws Exception {
    Path plain = Files.writeString(folder.resolve("plain"), "no program");

    assertThat(end(run.create(new TestRun.Options(), "no-such-program")).code()).isEqualTo(127);
    assertThat(end(run.create(new TestRun.Options(), plain.toString())).code()).isEqualTo(126);

    assertThat(Files.readString(run.error(0))).contains("no-such-program");
    assertThat(Files.readString(run.error(1))).contains("plain");
  }

  @Test
  void shouldAppendToTheLogsAtEveryStart() throws Exception {
    EndpointInstance endpoint = run.shell("echo out; echo err >&2");

    end(endpoint);
    end(endpoint);

    assertThat(run.outputOf(0)).containsExactly("out", "out");
    assertThat(Files.readAllLines(run.error(0))).containsExactly("err", "err");
  }

  @Test
  void shouldStartWithoutBlockedOrIgnoredSignals() throws Exception {
    end(run.shell("grep -E 'SigBlk|SigIgn' /proc/self/status"));

    List<String> masks = run.outputOf(0);
    assertThat(masks).hasSize(2);
    for (String mask : masks) {
      // 32 and 33 belong to the C library, which ignores them in every program that it spawns
      long signals = Long.parseUnsignedLong(mask.substring(mask.indexOf('\t') + 1), 16);
      assertThat(signals & ~0x1_8000_0000L).as(mask).isZero();
    }
  }

  @Test
  void shouldAskToLeaveBySigterm() throws Exception {
    EndpointInstance endpoint =
        run.shell("trap 'echo asked; exit 3' TERM; echo up; while :; do sleep 0.01; done");
    CompletableFuture<ExitStatus> status = endpoint.start();
    run.awaitOutput(0, "up");

    endpoint.leave(LONG_GRACE);

    assertThat(end(status)).isEqualTo(new ExitStatus(3, Cause.LEFT));
    assertThat(run.outputOf(0)).containsExactly("up", "asked");
    assertThat(endpoint.running()).isFalse();
  }

  @Test
  void shouldEndACommandThatLeavesBeforeItBegan() throws Exception {
    EndpointInstance endpoint = run.create(new TestRun.Options(), "sleep", "1000");
    CompletableFuture<ExitStatus> status = endpoint.start();

    endpoint.leave(LONG_GRACE);

    assertThat(end(status)).isEqualTo(new ExitStatus(143, Cause.LEFT));
  }

  @Test
  void shouldKillAfterTheGrace() throws Exception {
    EndpointInstance endpoint = run.shell("trap '' TERM; echo up; while :; do sleep 0.01; done");
    CompletableFuture<ExitStatus> status = endpoint.start();
    run.awaitOutput(0, "up");

    endpoint.leave(SHORT_GRACE);

    assertThat(end(status)).isEqualTo(new ExitStatus(137, Cause.KILLED_AFTER_GRACE));
  }

  @Test
  void shouldKillEverythingInACrash() throws Exception {
    String mark = "98765" + ProcessHandle.current().pid();
    EndpointInstance endpoint =
        run.shell(
            "(setsid sleep "
                + mark
                + " &); trap '' TERM HUP INT; (sh -c 'sleep "
                + mark
                + " & sleep "
                + mark
                + "' &); sleep 0.2; echo up; sleep "
                + mark);
    CompletableFuture<ExitStatus> status = endpoint.start();
    run.awaitOutput(0, "up");
    assertThat(TestRun.processesWith("sleep\0" + mark)).hasSizeGreaterThanOrEqualTo(4);

    endpoint.crash();

    assertThat(end(status)).isEqualTo(new ExitStatus(137, Cause.CRASHED));
    // the kernel ends all of a pid namespace before its end is seen from outside
    assertThat(TestRun.processesWith(mark)).isEmpty();
  }

  @Test
  void shouldEndWhatTheCommandLeftBehind() throws Exception {
    String mark = "98764" + ProcessHandle.current().pid();

    assertThat(end(run.shell("setsid sleep " + mark + " & sleep 0.2; exit 5")).code()).isEqualTo(5);

    assertThat(TestRun.processesWith(mark)).isEmpty();
  }

  @Test
  void shouldReapOrphans() throws Exception {
    EndpointInstance endpoint =
        run.shell(
            "for i in 1 2 3 4 5; do (sh -c 'sleep 0.05' &) ; done; sleep 0.6;"
                + " cat /proc/[0-9]*/stat | cut -d' ' -f3 | grep -c Z; echo done");

    end(endpoint);

    assertThat(run.outputOf(0)).containsExactly("0", "done");
  }

  @Test
  void shouldStartAgainAfterEveryKindOfEndInTheSameNetwork() throws Exception {
    EndpointInstance endpoint =
        run.shell("readlink /proc/self/ns/net; echo up $((1 + 1)); sleep 1000");
    for (int round = 1; round <= 4; round++) {
      CompletableFuture<ExitStatus> status = endpoint.start();
      assertThat(endpoint.running()).isTrue();
      assertThatThrownBy(endpoint::start).hasMessageContaining("runs already");
      int lines = 2 * round;
      TestRun.await("output", () -> lines(0) == lines);
      if (round % 2 == 0) {
        endpoint.crash();
      } else {
        endpoint.leave(LONG_GRACE);
      }
      end(status);
      assertThat(endpoint.running()).isFalse();
    }
    assertThat(run.outputOf(0).stream().distinct()).hasSize(2);
    assertThat(run.outputOf(0).getFirst())
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  private int lines(int index) {
    try {
      return run.outputOf(index).size();
    } catch (Exception e) {
      return 0;
    }
  }

  @Test
  void shouldSurviveCrashesAtAnyMomentOfAStart() throws Exception {
    EndpointInstance endpoint = run.create(new TestRun.Options(), "sleep", "1000");
    for (int i = 0; i < 20; i++) {
      CompletableFuture<ExitStatus> status = endpoint.start();
      TimeUnit.MILLISECONDS.sleep(i);
      endpoint.crash();
      assertThat(end(status).cause()).isEqualTo(Cause.CRASHED);
    }
    TestRun.await(
        "no process", () -> TestRun.processesWith(run.ownership.folder().toString()).isEmpty());
  }

  @Test
  void shouldHaveTheCommandsProcessBeforeTheStart() throws Exception {
    EndpointInstance endpoint = run.shell("cut -d' ' -f22 /proc/$$/stat");
    endpoint.awaitReady(TestRun.READY_NANOS);
    assertThat(endpoint.ready()).isTrue();
    // start times of processes count in ticks of 10 ms since the machine's start
    double before = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    Thread.sleep(50);

    assertThat(end(endpoint).code()).isZero();

    double started = Double.parseDouble(run.outputOf(0).getFirst()) / 100;
    assertThat(started).isLessThan(before + 0.02);
    assertThat(endpoint.ready()).isFalse();
  }

  @Test
  void shouldPrepareAnotherStart() throws Exception {
    EndpointInstance endpoint = run.shell("echo out");
    end(endpoint);

    endpoint.prepare();
    TestRun.await("ready again", endpoint::ready);

    assertThat(end(endpoint)).isEqualTo(new ExitStatus(0, Cause.ENDED));
    assertThat(run.outputOf(0)).containsExactly("out", "out");
  }

  @Test
  void shouldNotLetTheVariablesOfTheCommandActOnItsStart() throws Exception {
    TestRun.Options options = new TestRun.Options();
    options.environment = Map.of("IFS", "ts", "word", "w", "state", "s", "errors", "e");

    assertThat(end(run.create(options, "env")).code()).isZero();

    assertThat(run.outputOf(0)).contains("IFS=ts", "word=w", "state=s", "errors=e");
  }

  @Test
  void shouldSeeListenersWithoutTraffic() throws Exception {
    EndpointInstance endpoint =
        run.create(
            new TestRun.Options(),
            "perl",
            "-MIO::Socket::INET",
            "-e",
            "$s = IO::Socket::INET->new(Listen => 1, LocalPort => 4711, Proto => 'tcp') or die; sleep 1000");
    assertThat(endpoint.listensOn(4711)).isFalse();
    CompletableFuture<ExitStatus> status = endpoint.start();
    TestRun.await("listener", () -> endpoint.listensOn(4711));

    assertThat(endpoint.listensOn(4712)).isFalse();
    endpoint.crash();
    end(status);
    assertThat(endpoint.listensOn(4711)).isFalse();
  }

  @Test
  void shouldNotSeeListenersOutside() throws Exception {
    EndpointInstance endpoint = run.create(new TestRun.Options(), "sleep", "1000");
    try (ServerSocket outside = new ServerSocket(0)) {
      CompletableFuture<ExitStatus> status = endpoint.start();
      assertThat(endpoint.listensOn(outside.getLocalPort())).isFalse();
      endpoint.crash();
      end(status);
    }
  }

  @Test
  void shouldTellWhyAnEndpointCannotBePrepared() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("gone"));
    TestRun.Options options = new TestRun.Options();
    options.directory = Optional.of(directory.toString());
    EndpointInstance endpoint = run.create(options, "pwd");
    endpoint.awaitReady(TestRun.READY_NANOS);
    endpoint.start().get(TestRun.SECONDS, TimeUnit.SECONDS);
    Files.delete(directory);

    assertThatThrownBy(() -> endpoint.awaitReady(TestRun.READY_NANOS))
        .isInstanceOf(RuntimeStartException.class)
        .hasMessageContaining("cannot go to directory");
    assertThat(Files.readString(run.error(0)))
        .contains("endpoint service-1: cannot go to directory");
  }

  @Test
  void shouldRemoveWhatWaitsAndWhatRuns() throws Exception {
    EndpointInstance waiting = run.create(new TestRun.Options(), "sleep", "1000");
    EndpointInstance running = run.create(new TestRun.Options(), "sleep", "1000");
    CompletableFuture<ExitStatus> status = running.start();
    waiting.awaitReady(TestRun.READY_NANOS);

    waiting.remove();
    running.remove();

    assertThat(end(status).cause()).isEqualTo(Cause.CRASHED);
    assertThat(TestRun.processesWith(run.ownership.folder().toString())).isEmpty();
    assertThatThrownBy(waiting::start).hasMessageContaining("removed");
  }
}
