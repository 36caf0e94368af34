package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.CredentialStore;
import io.kollaps.cluster.security.PrivateFiles;
import io.kollaps.node.local.LocalSocket;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;

/**
 * A node's folder, mode 0700, held by one process at a time: {@code node.id}, {@code session},
 * {@code admission}, {@code keys/}, {@code state/} (the replicated state), {@code results/} and the
 * socket of commands.
 */
final class NodeFolder implements AutoCloseable {
  /** A path of a Unix socket has at most 107 bytes on Linux (man 7 unix). */
  private static final int LONGEST_SOCKET_PATH = 107;

  private static final String FORMING = "forming";
  private static final String ADMISSION = "admission";

  private final Path path;
  private final FileChannel lock;

  private NodeFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a folder for this process.
   *
   * @throws DaemonFailure when another process holds it, or it cannot be used
   */
  static NodeFolder take(Path path) throws DaemonFailure, IOException {
    int length = LocalSocket.in(path).toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET_PATH) {
      throw DaemonFailure.badInput(
          "the path of "
              + LocalSocket.in(path)
              + " has "
              + length
              + " bytes, Linux allows a socket "
              + LONGEST_SOCKET_PATH
              + "; choose a shorter --node-folder");
    }
    PrivateFiles.folder(path);
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = channel.tryLock();
    if (held == null) {
      channel.close();
      throw DaemonFailure.failed(
          "a node runs already in "
              + path
              + "; ask it with 'kollaps nodes', or choose another --node-folder");
    }
    return new NodeFolder(path, channel);
  }

  /** The identity of this node; made at the first call. */
  NodeId identity() throws IOException {
    Path file = path.resolve("node.id");
    if (Files.exists(file)) {
      NodeId id = new NodeId(Files.readString(file).strip());
      if (!id.hasBits()) {
        throw new IOException(file + " does not hold the identity of a node; restore it");
      }
      return id;
    }
    NodeId id = NodeId.random(new SecureRandom());
    PrivateFiles.write(file, (id.value() + "\n").getBytes(StandardCharsets.US_ASCII));
    return id;
  }

  /** A number greater than at every call before, also by earlier processes. */
  long nextSession(long wallMillis) throws IOException {
    long next = Math.max(number("session") + 1, wallMillis);
    putNumber("session", next);
    return next;
  }

  /** The number of the admission of this node that was kept last; 0 when none was. */
  long admission() throws IOException {
    return number(ADMISSION);
  }

  /** Keeps the number of the admission of this node. */
  void admittedAs(long number) throws IOException {
    putNumber(ADMISSION, number);
  }

  /** 0 when the file is not there. */
  private long number(String name) throws IOException {
    Path file = path.resolve(name);
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (NumberFormatException e) {
      throw new IOException(file + " does not hold a number; remove it", e);
    }
  }

  private void putNumber(String name, long number) throws IOException {
    PrivateFiles.write(path.resolve(name), (number + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  CredentialStore credentials() throws IOException {
    return new CredentialStore(path.resolve("keys"));
  }

  Path state() {
    return path.resolve("state");
  }

  Path path() {
    return path;
  }

  /** Where the parts of runs on this node write. */
  Path results() {
    return path.resolve("results");
  }

  /**
   * From now on a cluster is being made here; what there is of it is nothing until it is formed.
   */
  void forming() throws IOException {
    PrivateFiles.write(path.resolve(FORMING), new byte[0]);
  }

  /** The cluster that was being made is there. */
  void formed() throws IOException {
    Files.deleteIfExists(path.resolve(FORMING));
  }

  /** True when a cluster was being made here and the process ended before it was formed. */
  boolean isForming() {
    return Files.exists(path.resolve(FORMING));
  }

  /**
   * Forgets the cluster: keys and state. The identity stays: by it a node that joins again is
   * known, so that it need not be measured again.
   */
  void forgetCluster() throws IOException {
    remove(path.resolve("keys"));
    remove(state());
    Files.deleteIfExists(path.resolve(ADMISSION));
  }

  private static void remove(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
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
          public FileVisitResult postVisitDirectory(
              Path folder, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(LocalSocket.in(path));
    lock.close();
  }
}
