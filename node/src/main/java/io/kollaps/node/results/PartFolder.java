package io.kollaps.node.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * The results folder of one part, as it was written when the part ended.
 *
 * @param path the folder
 * @param facts what was known before the start
 * @param part which part it is
 * @param judged how it ended and what it is worth
 * @param programs its programs
 */
public record PartFolder(
    Path path, RunFacts facts, PartFacts part, JudgedPart judged, List<ProgramRecord> programs) {

  /** Copies the list. */
  public PartFolder {
    programs = List.copyOf(programs);
  }

  /**
   * How a part ended.
   *
   * @param end how
   * @param durationNanos from its start to its end
   * @param verdict what it is worth
   * @param health its machinery
   */
  public record JudgedPart(RunEnd end, long durationNanos, Verdict verdict, HealthSummary health) {}

  /** Whether a folder holds the results of a part among several. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(ResultFiles.PART));
  }

  /**
   * Reads a folder; one whose process was gone before it could end it is ended first.
   *
   * @throws IOException when it is none of a part, or cannot be read
   */
  public static PartFolder read(Path folder) throws IOException {
    try {
      var _ = KilledRuns.finish(folder);
      return new PartFolder(
          folder,
          ResultsJson.readFacts(Files.readAllBytes(folder.resolve(ResultFiles.RUN))),
          ResultsJson.readPart(Files.readAllBytes(folder.resolve(ResultFiles.PART))),
          ResultsJson.readVerdict(Files.readAllBytes(folder.resolve(ResultFiles.VERDICT))),
          ResultsJson.readPrograms(Files.readAllBytes(folder.resolve(ResultFiles.PROGRAMS))));
    } catch (NoSuchFileException e) {
      throw new IOException(
          folder + " does not hold the results of a part: " + e.getMessage() + " is missing", e);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(folder + " does not hold the results of a part: " + e.getMessage(), e);
    }
  }

  /** What there is to say of its node. */
  NodeResult node() {
    return new NodeResult(
        part.node().id(),
        part.node().name(),
        Optional.of(judged.verdict().grade()),
        Optional.of(judged.end()),
        judged.durationNanos(),
        part.startLatenessNanos(),
        part.clockBoundNanos(),
        judged.health(),
        part.exchange());
  }
}
