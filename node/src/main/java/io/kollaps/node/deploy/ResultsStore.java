package io.kollaps.node.deploy;

import io.kollaps.node.control.PartKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The results of this node's parts, one folder for each; those of the last runs are kept. */
final class ResultsStore {
  private static final Logger LOG = LoggerFactory.getLogger(ResultsStore.class);

  private final Path base;
  private final int kept;

  /**
   * Over a folder.
   *
   * @param base folder of the folders
   * @param kept how many are kept
   */
  ResultsStore(Path base, int kept) {
    this.base = base;
    this.kept = kept;
  }

  /** Where a part's results go. */
  Path folderFor(PartKey key) {
    return base.resolve(PartHost.partRun(key).value());
  }

  /** A part's results, where they are. */
  Optional<Path> folder(PartKey key) {
    return Optional.of(folderFor(key)).filter(Files::isDirectory);
  }

  /** Removes the oldest beyond those that are kept, but none of a live part. */
  void prune(Set<PartKey> live) {
    if (!Files.isDirectory(base)) {
      return;
    }
    Set<Path> spared =
        live.stream().map(this::folderFor).collect(java.util.stream.Collectors.toSet());
    try (Stream<Path> folders = Files.list(base)) {
      // names begin with the time of the submission
      List<Path> byAge = folders.sorted().filter(folder -> !spared.contains(folder)).toList();
      for (Path old : byAge.subList(0, Math.max(0, byAge.size() - kept))) {
        remove(old);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("old results could not be removed from {}: {}", base, e.getMessage());
    }
  }

  private static void remove(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
