package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Fetches the results of a run: those of each part into a folder with its node's name. */
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

  /** Fetches all that the nodes have of a run. */
  void fetch(CommandSpec spec, String run, Output output) {
    long bytes = 0;
    Set<Path> files = new HashSet<>();
    Set<String> nodes = new HashSet<>();
    try (LocalConnection<RunActions.ResultPiece> connection =
        Daemons.open(spec, RunActions.RESULTS, new RunActions.OfRun(run))) {
      Optional<RunActions.ResultPiece> next = connection.next();
      while (next.isPresent()) {
        RunActions.ResultPiece piece = next.get();
        Path file = place(piece);
        write(file, piece.content(), files.add(file));
        nodes.add(piece.node());
        bytes += piece.content().length;
        next = connection.next();
      }
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the results could not be written: " + e.getMessage());
    }
    output.note(
        "results of "
            + nodes.size()
            + (nodes.size() == 1 ? " part, " : " parts, ")
            + files.size()
            + " files, "
            + bytes
            + " bytes, in "
            + folder);
  }

  /** A node cannot name a file outside of the folder. */
  private Path place(RunActions.ResultPiece piece) {
    Path base = folder.resolve(PARTS).resolve(piece.node()).normalize();
    Path file = base.resolve(piece.path()).normalize();
    if (!base.getParent().equals(folder.resolve(PARTS).normalize()) || !file.startsWith(base)) {
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
