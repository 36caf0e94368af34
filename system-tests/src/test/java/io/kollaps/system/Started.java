package io.kollaps.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that was started and may still run. */
final class Started {
  private final Process process;
  private final Path out;
  private final Path err;
  private final List<String> words;
  private final long startedNanos = System.nanoTime();

  Started(Process process, Path out, Path err, List<String> words) {
    this.process = process;
    this.out = out;
    this.err = err;
    this.words = words;
  }

  /** Its process id: that of the Java process too, since the launcher becomes it. */
  long pid() {
    return process.pid();
  }

  /** File of what it prints to standard output. */
  Path out() {
    return out;
  }

  /** File of what it prints to standard error. */
  Path err() {
    return err;
  }

  /** What it has printed to standard output so far. */
  String outSoFar() throws IOException {
    return Files.readString(out);
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Sends a signal by its name, such as INT. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
  }

  /** Ends it at once, as kill -9 does, and waits for its end. */
  void kill() throws InterruptedException {
    var _ = process.destroyForcibly();
    var _ = process.waitFor(10, TimeUnit.SECONDS);
  }

  /** Waits for its end; one that does not end in time is killed, and the test fails. */
  Finished await(Duration bound) throws IOException, InterruptedException {
    if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      kill();
      throw new AssertionError(
          words
              + " did not end within "
              + bound.toSeconds()
              + " s and was killed\n--- out\n"
              + Files.readString(out)
              + "\n--- err\n"
              + Files.readString(err));
    }
    return new Finished(
        process.exitValue(),
        Files.readString(out),
        Files.readString(err),
        Duration.ofNanos(System.nanoTime() - startedNanos));
  }
}
