package io.kollaps.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A start that was killed while {@code unshare} made the init script's process, before that process
 * was bound to its parent's life, went on: the script made its state file anew and nobody could end
 * the program any more. The moment is too short to be met by timing, so the script runs here as it
 * finds things after such a kill.
 */
class InitScriptTest {
  private static final int NOT_BEGUN = 125;
  private static final long LIMIT_SECONDS = 20;

  @TempDir Path folder;
  private Path life;
  private Path state;
  private Path ran;

  @BeforeEach
  void writeWhatAStartNeeds() throws Exception {
    InsideFiles.write(folder, false);
    life = Files.createFile(folder.resolve("life"));
    state = Files.createFile(folder.resolve("state"));
    ran = folder.resolve("ran");
    Files.createFile(folder.resolve("fstab"));
    Files.createFile(folder.resolve("environment"));
  }

  @Test
  void shouldRunTheCommandWhenNothingEndedBefore() throws Exception {
    assertThat(exitCodeOfInit()).isZero();
    assertThat(ran).exists();
    assertThat(state).hasContent("ended 0");
  }

  @Test
  void shouldNotBeginWhenTheStartWasKilledBefore() throws Exception {
    Files.delete(state);

    assertThat(exitCodeOfInit()).isEqualTo(NOT_BEGUN);
    assertThat(state).doesNotExist();
    assertThat(ran).doesNotExist();
  }

  @Test
  void shouldNotBeginWhenKollapsEndedBefore() throws Exception {
    Files.delete(life);

    assertThat(exitCodeOfInit()).isEqualTo(NOT_BEGUN);
    assertThat(state).isEmptyFile();
    assertThat(ran).doesNotExist();
  }

  /** In its own mount and host name namespaces, as the script changes both. */
  private int exitCodeOfInit() throws Exception {
    Process process =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--uts",
                "sh",
                folder.resolve("init").toString(),
                "name",
                life.toString(),
                state.toString(),
                folder.resolve("errors").toString(),
                folder.resolve("fstab").toString(),
                folder.toString(),
                folder.resolve("environment").toString(),
                "0",
                "touch",
                ran.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    try (var input = process.outputWriter()) {
      input.write("start\n");
    } finally {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    return process.waitFor();
  }
}
