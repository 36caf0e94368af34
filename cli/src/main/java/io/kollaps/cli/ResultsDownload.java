package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import io.kollaps.node.run.PartResults;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Fetches the results of a run: those of each part into a folder with its node's name, and one
 * folder made of them.
 */
final class ResultsDownload {
  /** Folder of the parts' folders. */
  static final String PARTS = "parts";

  private final Path folder;

  private ResultsDownload(Path folder) {
    this.folder = folder;
  }

  /** Into a folder, which is made, or must be empty. */
  static ResultsDownload into(Path folder) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> there = Files.list(folder)) {
        if (there.findAny().isPresent()) {
          throw new CommandFailure(
              ExitCode.BAD_INPUT, folder + " is not empty; name a folder that is new or empty");
        }
      }
      return new ResultsDownload(folder);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "cannot make " + folder + ": " + e.getMessage());
    }
  }

  /**
   * Fetches all that the nodes have of a run, and makes one folder of it.
   *
   * @return whether every node gave what it has
   */
  boolean fetch(CommandSpec spec, String run, Output output) {
    Set<Path> files = new HashSet<>();
    Set<Path> parts = new TreeSet<>();
    boolean complete = true;
    try (LocalConnection<RunActions.ResultPiece> connection =
        Daemons.open(spec, RunActions.RESULTS, new RunActions.OfRun(run))) {
      Optional<RunActions.ResultPiece> next = connection.next();
      while (next.isPresent()) {
        RunActions.ResultPiece piece = next.get();
        Path file = place(piece);
        write(file, piece.content(), files.add(file));
        parts.add(folder.resolve(PARTS).resolve(piece.node()));
        next = connection.next();
      }
    } catch (LocalFailure e) {
      if (parts.isEmpty()) {
        throw Daemons.failure(e);
      }
      complete = false; // a node that is lost must not keep what the others have
      output.note("kollaps: not all results are there: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the results could not be written: " + e.getMessage());
    }
    merge(List.copyOf(parts));
    output.note(
        "results of " + parts.size() + (parts.size() == 1 ? " part" : " parts") + " in " + folder);
    return complete;
  }

  private void merge(List<Path> parts) {
    try {
      var _ = PartResults.merge(parts, folder);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "one folder could not be made of the parts' results, which are in "
              + folder.resolve(PARTS)
              + ": "
              + e.getMessage());
    }
  }

  /** A node cannot name a file outside of the folder. */
  private Path place(RunActions.ResultPiece piece) {
    Path parts = folder.resolve(PARTS).normalize();
    Path base = parts.resolve(piece.node()).normalize();
    Path file = base.resolve(piece.path()).normalize();
    if (!parts.equals(base.getParent()) || !file.startsWith(base) || file.equals(base)) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "node " + piece.node() + " sent a file that does not belong here: " + piece.path());
    }
    return file;
  }

  private static void write(Path file, byte[] content, boolean first) throws IOException {
    if (first) {
      Files.createDirectories(file.getParent());
    }
    try (OutputStream out =
        Files.newOutputStream(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            first ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND)) {
      out.write(content);
    }
  }
}
