package io.kollaps.node.run;

import io.kollaps.node.report.HtmlReport;
import io.kollaps.node.results.MergedFolder;
import io.kollaps.node.results.PartFolder;
import io.kollaps.node.results.ResultFiles;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.verdict.PartsJudge;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes one results folder of the folders of a run's parts. */
public final class PartResults {
  private PartResults() {}

  /**
   * Merges. Of a run with one part the folder is copied as it is. Parts that are missing, since
   * their nodes were lost, are named by the verdict, which is INVALID then.
   *
   * @param parts results folders of the parts, in any order, at least one
   * @param to where the merged folder goes: made with its parents; must not hold a run
   * @return the judged run; empty for a run with one part, whose verdict is in its folder
   * @throws IOException when something cannot be read or written, or the parts are not of one run
   */
  public static Optional<RunOutcome> merge(List<Path> parts, Path to) throws IOException {
    if (parts.size() == 1 && !PartFolder.isOne(parts.getFirst())) {
      copy(parts.getFirst(), to);
      return Optional.empty();
    }
    List<PartFolder> read = new ArrayList<>();
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    for (Path part : parts) {
      PartFolder folder = PartFolder.read(part);
      read.add(folder);
      String name = folder.part().node().name();
      String unique = verdicts.containsKey(name) ? name + " " + folder.part().node().id() : name;
      verdicts.put(unique, folder.judged().verdict());
    }
    RunObservations seen = MergedFolder.write(read, to);
    RunOutcome outcome = new RunOutcome(seen, PartsJudge.judge(seen, verdicts));
    ResultsFolder.write(to, outcome);
    HtmlReport.write(to, outcome);
    return Optional.of(outcome);
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.isRegularFile(from.resolve(ResultFiles.RUN))) {
      throw new IOException(from + " does not hold the results of a run");
    }
    if (Files.exists(to.resolve(ResultFiles.RUN))) {
      throw new FileAlreadyExistsException(
          to.toString(), null, "holds the results of another run; give another folder");
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
