package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Removes what dead runs left. A run is dead when its lock is free; process ids say nothing, since
 * they are used again. Several sweeps may run at once: each run is cleared by the one that gets its
 * lock.
 */
public final class Sweep {
  private Sweep() {}

  /**
   * Sweeps a state folder.
   *
   * <p>It kills the processes of a dead run (those in its control groups, those marked with {@code
   * KOLLAPS_RUN} and the run's folder in their environment, and the first processes of its
   * endpoints), unmounts what is mounted below the run's folder, removes its control groups and
   * then the folder. What it cannot remove stays in the journal for the next sweep. An ordinary
   * user's sweep sees all of its dead runs' processes when it runs outside of user namespaces;
   * inside one it still finds the first processes of endpoints, by whose end the kernel ends all
   * others.
   *
   * @throws IOException when the state folder cannot be read
   */
  public static SweepReport sweep(StateFolder state) throws IOException {
    List<SweptRun> swept = new ArrayList<>();
    List<RunId> live = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (String name : names(state.path())) {
      Path folder = state.path().resolve(name);
      if (name.startsWith(".")) {
        continue;
      }
      if (!RunId.isValid(name) || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        ignored.add(name);
        continue;
      }
      RunId run = new RunId(name);
      try {
        Optional<RunLock> lock = state.exclusively(() -> RunLock.tryTake(folder));
        if (lock.isEmpty()) {
          live.add(run);
        } else {
          swept.add(new RunSweeper(state, run, folder, lock.get()).sweep());
        }
      } catch (NoSuchFileException e) {
        // another sweep or the run itself removed it meanwhile
      } catch (IOException e) {
        problems.add("run " + run + ": " + e);
      }
    }
    return new SweepReport(swept, live, ignored, problems);
  }

  private static SortedSet<String> names(Path folder) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    }
    return names;
  }
}
