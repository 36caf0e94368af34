package io.kollaps.node.load;

import io.kollaps.topology.Problem;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads topology files: opens, reads with a bound, validates and compiles. */
public final class ExperimentLoader {
  private ExperimentLoader() {}

  /**
   * Loads a file; the same file and seed give the same experiment.
   *
   * @param file the topology file
   * @param seed decides which replicas an event with an amount means
   */
  public static LoadResult load(Path file, long seed) {
    if (Files.isDirectory(file)) {
      return unusable(file + " is a folder", "name the topology file in it");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      // One byte more than allowed, so that the reader sees that the file is too large and says so.
      bytes = in.readNBytes(ExperimentReader.MAX_FILE_BYTES + 1);
    } catch (IOException e) {
      return unusable(
          "cannot read " + file + ": " + e, "check that the file exists and that you may read it");
    }
    Path last = file.getFileName();
    String fileName = last == null ? file.toString() : last.toString();
    return load(fileName, new FileContent(bytes), seed);
  }

  /**
   * Loads a file that was read before; the same content and seed give the same experiment.
   *
   * @param fileName last part of the file's path
   * @param content what it holds
   * @param seed decides which replicas an event with an amount means
   */
  public static LoadResult load(String fileName, FileContent content, long seed) {
    return switch (ExperimentReader.read(fileName, content.bytes())) {
      case ReadResult.Invalid invalid -> new LoadResult.Unusable(invalid.problems());
      case ReadResult.Valid valid -> {
        try {
          yield new LoadResult.Loaded(
              fileName, content, ExperimentCompiler.compile(valid.experiment(), seed));
        } catch (CompileException e) {
          yield new LoadResult.Unusable(e.problems());
        }
      }
    };
  }

  private static LoadResult unusable(String message, String remedy) {
    return new LoadResult.Unusable(List.of(new Problem(SourcePosition.UNKNOWN, message, remedy)));
  }
}
