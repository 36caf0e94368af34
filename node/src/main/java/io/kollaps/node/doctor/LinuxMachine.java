package io.kollaps.node.doctor;

import io.kollaps.node.prerequisites.ProgramOutcome;
import io.kollaps.node.prerequisites.ProgramRunner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** This machine. */
final class LinuxMachine implements Machine {
  private static final int LONGEST_FILE_BYTES = 256 * 1024;
  private static final String USUAL_FOLDERS = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final ProgramRunner runner;

  LinuxMachine(ProgramRunner runner) {
    this.runner = runner;
  }

  @Override
  public Optional<String> read(String path) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      return Optional.of(new String(in.readNBytes(LONGEST_FILE_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty(); // the answer: nothing to read here
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(Path.of(path));
  }

  @Override
  public boolean accessible(String path) {
    return Files.isReadable(Path.of(path)) && Files.isWritable(Path.of(path));
  }

  @Override
  public Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name));
  }

  @Override
  public Optional<String> program(String name) {
    String folders = environment("PATH").orElse("") + ":" + USUAL_FOLDERS;
    for (String folder : folders.split(":", -1)) {
      Path candidate = Path.of(folder, name);
      if (!folder.isEmpty() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }

  @Override
  public int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public ProgramOutcome run(List<String> command, Duration limit) {
    return runner.run(command, Map.of(), limit);
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }
}
