package io.kollaps.node.prerequisites;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemProgramRunnerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final ProgramRunner runner = new SystemProgramRunner();

  @Test
  void shouldGiveCodeAndOutput() {
    ProgramOutcome outcome =
        runner.run(List.of("sh", "-c", "echo out; echo $X >&2; exit 3"), Map.of("X", "err"), LONG);
    assertThat(outcome).isEqualTo(new ProgramOutcome(3, "out\nerr\n"));
    assertThat(outcome.lastLine()).isEqualTo("err");
  }

  @Test
  void shouldKeepTheEndOfLongOutput() {
    String output = runner.run(List.of("seq", "1", "100000"), Map.of(), LONG).output();
    assertThat(output).hasSize(SystemProgramRunner.KEPT_OUTPUT_BYTES).endsWith("\n100000\n");
  }

  @Test
  void shouldKillWhatDoesNotEnd() {
    ProgramOutcome outcome =
        runner.run(
            List.of("sh", "-c", "echo $$; sleep 600; true"), Map.of(), Duration.ofSeconds(2));
    assertThat(outcome.exitCode()).isEqualTo(ProgramOutcome.TIMED_OUT);
    long pid = Long.parseLong(outcome.lastLine());
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void shouldTellThatAProgramCannotBeStarted() {
    assertThat(runner.run(List.of("/no/such/program"), Map.of(), LONG).exitCode())
        .isEqualTo(ProgramOutcome.NOT_STARTED);
  }

  @Test
  void shouldTellDistributionsApart() {
    assertThat(Distribution.of("ID=debian\n")).isEqualTo(Distribution.DEBIAN);
    assertThat(Distribution.of("ID=linuxmint\nID_LIKE=\"ubuntu debian\""))
        .isEqualTo(Distribution.DEBIAN);
    assertThat(Distribution.of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\""))
        .isEqualTo(Distribution.FEDORA);
    assertThat(Distribution.of("ID=arch")).isEqualTo(Distribution.OTHER);
    assertThat(Distribution.of("")).isEqualTo(Distribution.OTHER);
  }
}
