package io.kollaps.fabric.userspace;

import io.kollaps.linux.ThreadPriority;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Real-time priority for the threads of the Java virtual machine that work while all others stand
 * still: the one that holds safepoints, and the workers of a stop-the-world collector. With
 * ordinary priority on a crowded processor a pause takes as long as the crowd likes (0.7 s measured
 * for a collection of G1 at a load of 17 on two processors), whatever the priority of the fabric's
 * thread. A run should use ZGC, whose work is done beside the others.
 */
final class SafepointPriority {
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final String HOLDER = "VM Thread";
  private static final String WORKERS = "GC Thread#";
  private static final int PRIORITY = 1;

  private static final Set<Integer> RAISED = new TreeSet<>();
  private static int users;

  private SafepointPriority() {}

  /**
   * Raises it where that is allowed, and where there are threads of those names.
   *
   * @return gives the ordinary priority back, when all that raised it have
   */
  static synchronized Runnable raise() {
    users++;
    for (int thread : find()) {
      if (ThreadPriority.tryRealTime(thread, PRIORITY) == 0) {
        RAISED.add(thread);
      }
    }
    return SafepointPriority::lower;
  }

  private static synchronized void lower() {
    if (--users == 0) {
      for (int thread : RAISED) {
        // going back is always allowed; a worker that has ended needs nothing
        var _ = ThreadPriority.tryNormal(thread);
      }
      RAISED.clear();
    }
  }

  private static List<Integer> find() {
    List<Integer> found = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (name.equals(HOLDER) || name.startsWith(WORKERS)) {
          found.add(Integer.parseInt(thread.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // a thread ended while it was looked at: those found so far are raised, the rest may be late
      return found;
    }
    return found;
  }
}
