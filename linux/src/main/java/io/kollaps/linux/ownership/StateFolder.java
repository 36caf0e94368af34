package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where runs keep what they must remember: one folder per run, mode 0700, owned by the user.
 *
 * <p>Creating a run's folder, claiming a dead one and removing the last of it happen under one lock
 * of the state folder, so that a sweep never takes a folder that is just being made for a dead one.
 * The lock is held for microseconds.
 *
 * @param path the folder
 */
public record StateFolder(Path path) {
  /** Environment variable that names another folder. */
  public static final String VARIABLE = "KOLLAPS_STATE_DIR";

  private static final String LOCK_NAME = ".lock";
  private static final long LOCK_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOCK_RETRY_MILLIS = 5;
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  // file locks exclude processes, not threads of one process
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  /**
   * Finds the folder for this process and makes it when it is not there: what {@link #VARIABLE}
   * says, else {@code /run/kollaps} when /run is ours (root), else {@code $XDG_RUNTIME_DIR/kollaps}
   * when that is ours, else {@code /tmp/kollaps-UID}. The same user gets the same folder inside and
   * outside of a user namespace of its own: UID is the one outside, and "ours" is asked of the file
   * system, since inside such a namespace everybody looks like root.
   *
   * @param environment the process' environment
   * @throws IOException when it cannot be made, or belongs to somebody else
   */
  public static StateFolder locate(Map<String, String> environment) throws IOException {
    UserIds user = UserIds.current();
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      return at(Path.of(named).toAbsolutePath().normalize());
    }
    if (isOwn(Path.of("/run"), user)) {
      return at(Path.of("/run/kollaps"));
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isEmpty() && isOwn(Path.of(runtime), user)) {
      return at(Path.of(runtime).toAbsolutePath().normalize().resolve("kollaps"));
    }
    return at(Path.of("/tmp/kollaps-" + user.outside()));
  }

  /**
   * Uses a folder, and makes it when it is not there.
   *
   * @param path absolute
   * @throws IOException when it cannot be made, is a symbolic link, or belongs to somebody else
   */
  public static StateFolder at(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(path, "it is no folder (a symbolic link is not followed)", e);
      }
    }
    int owner = (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (owner != UserIds.current().inside()) {
      throw refused(path, "it belongs to user " + owner, null);
    }
    if (!Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE)) {
      Files.setPosixFilePermissions(path, PRIVATE);
    }
    return new StateFolder(path);
  }

  /** The folder of a run, whether it is there or not. */
  public Path folderOf(RunId run) {
    return path.resolve(run.value());
  }

  /** Runs an action while no other process or thread runs one in this folder. */
  <T> T exclusively(Action<T> action) throws IOException {
    IN_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK_NAME),
            Set.of(
                StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
      waitForLock(channel);
      return action.run();
    } finally {
      IN_PROCESS.unlock();
    }
  }

  private void waitForLock(FileChannel channel) throws IOException {
    long deadline = System.nanoTime() + LOCK_WAIT_NANOS;
    while (true) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            path.resolve(LOCK_NAME)
                + " is held by another process for more than 10 s; find it with"
                + " 'fuser' on that file, end it and try again");
      }
      try {
        Thread.sleep(LOCK_RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + path.resolve(LOCK_NAME), e);
      }
    }
  }

  private static boolean isOwn(Path folder, UserIds user) throws IOException {
    return Files.isDirectory(folder)
        && UserIds.ownerOf(folder) == user.inside()
        && Files.isWritable(folder);
  }

  private static IOException refused(Path path, String why, @Nullable Throwable cause) {
    return new IOException(
        "state folder " + path + ": " + why + "; remove it or set " + VARIABLE + " to another",
        cause);
  }

  /** What runs under the lock. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException;
  }
}
