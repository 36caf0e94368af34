package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock by which a run is alive. The kernel lets it go when the process ends.
 *
 * <p>It is a record lock: closing any other descriptor of the same file in this process would drop
 * it. So locks that this process holds are remembered, and their files are not opened again.
 */
final class RunLock implements AutoCloseable {
  static final String NAME = "lock";

  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a run's folder when nobody holds it.
   *
   * @param runFolder a folder that is there; the lock's file is made when it is not
   * @return empty when a live process, this one included, holds it
   */
  static Optional<RunLock> tryTake(Path runFolder) throws IOException {
    Path file = runFolder.toRealPath(LinkOption.NOFOLLOW_LINKS).resolve(NAME);
    if (!HELD.add(file)) {
      return Optional.empty();
    }
    boolean taken = false;
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
      FileLock lock = channel.tryLock();
      taken = lock != null;
      return taken ? Optional.of(new RunLock(file, channel)) : Optional.empty();
    } finally {
      if (!taken) {
        HELD.remove(file);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(file);
    }
  }
}
