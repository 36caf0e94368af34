package io.kollaps.node.results;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Appends text to files from one thread of its own, through a bounded queue, so that a slow disk
 * does not hold up who records. What was handed over and written survives the death of the process.
 */
final class AppendWriter implements AutoCloseable {
  /** Text waits in a file's buffer until it is this long: 64 Ki characters. */
  static final int BUFFER_CHARS = 64 * 1024;

  /** Buffers that may wait for the disk, of all files together: 4 Mi characters. */
  static final int MAX_WAITING_BUFFERS = 64;

  /** Longest time that a hand-over waits for room in the queue before its text is given up. */
  static final long MAX_WAIT_MILLIS = 1_000;

  /** Longest time that closing waits for the disk. */
  static final long MAX_CLOSE_MILLIS = 10_000;

  /** The thread looks this often whether it is to end. */
  private static final long POLL_MILLIS = 50;

  private record Job(File file, String text) {}

  private final BlockingQueue<Job> queue = new ArrayBlockingQueue<>(MAX_WAITING_BUFFERS);
  private final List<File> files = new ArrayList<>();
  private final Set<String> failures = new LinkedHashSet<>();
  private final Thread thread;
  private volatile boolean closing;

  AppendWriter() {
    thread = Thread.ofPlatform().daemon().name("results-writer").start(this::work);
  }

  /** Opens a new file that starts with {@code head}. */
  File open(Path path, String head) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    File file = new File(path, channel);
    files.add(file);
    file.buffer.append(head);
    file.handOver();
    return file;
  }

  /** What could not be written, one sentence for each file and cause. */
  List<String> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }

  /** Hands over what waits, waits for the disk, and closes the files. */
  @Override
  public void close() {
    files.forEach(File::handOver);
    closing = true;
    boolean interrupted = false;
    try {
      thread.join(MAX_CLOSE_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (thread.isAlive()) {
      fail("the disk did not take the results within " + MAX_CLOSE_MILLIS / 1000 + " s");
    }
    for (File file : files) {
      try {
        file.channel.close();
      } catch (IOException e) {
        fail(file.name + " could not be closed: " + e.getMessage());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(String sentence) {
    synchronized (failures) {
      failures.add(sentence);
    }
  }

  private void work() {
    while (true) {
      Job job = closing ? queue.poll() : takeUnlessClosing();
      if (job != null) {
        write(job);
      } else if (closing) {
        return;
      }
    }
  }

  /**
   * Looks up from waiting now and then, since an interrupt would close the channel being written.
   */
  private @Nullable Job takeUnlessClosing() {
    try {
      return queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return null;
    }
  }

  private void write(Job job) {
    ByteBuffer bytes = ByteBuffer.wrap(job.text.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        job.file.channel.write(bytes);
      }
    } catch (IOException e) {
      fail(job.file.name + " could not be written: " + e.getMessage());
    }
  }

  /** One file's text on its way to the disk. Used by one thread at a time. */
  final class File {
    private final String name;
    private final FileChannel channel;
    private final StringBuilder buffer = new StringBuilder();

    private File(Path path, FileChannel channel) {
      this.name = String.valueOf(path.getFileName());
      this.channel = channel;
    }

    /** Where the next line is built; call {@link #lineDone} after it. */
    StringBuilder line() {
      return buffer;
    }

    /** Ends a line, and hands the buffer over when it is full. */
    void lineDone() {
      buffer.append('\n');
      if (buffer.length() >= BUFFER_CHARS) {
        handOver();
      }
    }

    /** Gives what waits to the writing thread. */
    void handOver() {
      if (buffer.isEmpty()) {
        return;
      }
      Job job = new Job(this, buffer.toString());
      buffer.setLength(0);
      try {
        if (!queue.offer(job, MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
          fail(name + " lacks lines: the disk is too slow for this many samples");
        }
      } catch (InterruptedException e) {
        fail(name + " lacks lines: the recording thread was interrupted");
        Thread.currentThread().interrupt();
      }
    }
  }
}
