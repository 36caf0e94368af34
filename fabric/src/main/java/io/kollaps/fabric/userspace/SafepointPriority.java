package io.kollaps.fabric.userspace;

import io.kollaps.linux.ThreadPriority;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Real-time priority for the thread of the Java virtual machine that holds safepoints. While it
 * holds one, the fabric's thread stands still; with ordinary priority on a crowded processor that
 * takes as long as the crowd likes, whatever the priority of the fabric's thread.
 */
final class SafepointPriority {
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final String HOLDER = "VM Thread";
  private static final int PRIORITY = 1;

  private static int users;

  private SafepointPriority() {}

  /**
   * Raises it where that is allowed, and where there is a thread of that name.
   *
   * @return gives the ordinary priority back, when all that raised it have
   */
  static synchronized Runnable raise() {
    int thread = find();
    if (thread < 0 || ThreadPriority.tryRealTime(thread, PRIORITY) != 0) {
      return () -> {};
    }
    users++;
    return () -> lower(thread);
  }

  private static synchronized void lower(int thread) {
    if (--users == 0) {
      // it was ordinary before, and going back to that is always allowed
      var _ = ThreadPriority.tryNormal(thread);
    }
  }

  private static int find() {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        if (Files.readString(thread.resolve("comm")).strip().equals(HOLDER)) {
          return Integer.parseInt(thread.getFileName().toString());
        }
      }
    } catch (IOException e) {
      // a thread ended while it was looked at: then there is no raising, which is allowed
      return -1;
    }
    return -1;
  }
}
