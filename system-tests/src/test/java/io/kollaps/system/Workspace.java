package io.kollaps.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder for one test, with a state folder of its own, and the ways to start {@code kollaps} in
 * it. Whatever is started here carries the state folder's path in its environment, so that it can
 * be told from everything else on the machine.
 */
final class Workspace implements AutoCloseable {
  /** Bound for commands that start nothing; far above what a loaded machine takes. */
  static final Duration SHORT = Duration.ofSeconds(120);

  /** Added to the length of a run for its set-up and end on a loaded machine. */
  static final Duration SLACK = Duration.ofSeconds(180);

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();
  private final List<Started> started = new ArrayList<>();
  private Path state;
  private int commands;

  Workspace() {
    try {
      folder = Files.createTempDirectory("kollaps-test-");
      Files.createDirectory(results());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    state = folder.resolve("state");
    stateAt(state);
  }

  /** Puts the state folder elsewhere, for commands of another user. */
  void stateAt(Path path) {
    state = path;
    environment.put("KOLLAPS_STATE_DIR", path.toString());
  }

  Path folder() {
    return folder;
  }

  Path state() {
    return state;
  }

  private Path results() {
    return folder.resolve("results");
  }

  /** The results of a run by their name. */
  Results results(String name) {
    return new Results(results().resolve(name));
  }

  /** Writes a topology file. */
  Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** Variable for the commands started from now on. */
  void environment(String name, String value) {
    environment.put(name, value);
  }

  /** Runs {@code kollaps} with these words to its end. */
  Finished kollaps(String... words) throws IOException, InterruptedException {
    return start(words).await(SHORT);
  }

  /** Starts {@code kollaps} with these words. */
  Started start(String... words) throws IOException {
    // Shells start what runs in the background with Ctrl-C ignored; a terminal does not.
    List<String> line =
        new ArrayList<>(
            List.of("env", "--default-signal=INT,TERM,HUP", Checkout.command().toString()));
    line.addAll(List.of(words));
    return startLine(line);
  }

  /** Runs an experiment that takes about the given time, and gives how the command ended. */
  Finished run(Path file, String results, Duration length, String... more)
      throws IOException, InterruptedException {
    return startRun(file, results, more).await(length.plus(SLACK));
  }

  /** Starts an experiment. */
  Started startRun(Path file, String results, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("run", file.toString(), "--results", results(results).folder().toString()));
    words.addAll(List.of(more));
    return start(words.toArray(String[]::new));
  }

  /** Starts any command line. */
  Started startLine(List<String> line) throws IOException {
    int number = ++commands;
    Path out = folder.resolve(number + ".out");
    Path err = folder.resolve(number + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Started command = new Started(builder.start(), out, err, line);
    started.add(command);
    return command;
  }

  /** The ids of the runs, live or dead, that the state folder knows. */
  List<String> runs() {
    if (!Files.isDirectory(state())) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(state())) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what still runs, sweeps, and removes the folder. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (Started each : started) {
      if (each.alive()) {
        each.kill();
      }
    }
    if (!runs().isEmpty()) {
      kollaps("gc");
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, java.io.IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
