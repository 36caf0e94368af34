package io.kollaps.benchmarks.lab;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of threads of this process, in ticks of 10 ms as the kernel counts it.
 *
 * @param own in the threads' own code
 * @param kernel in system calls and what the kernel does within them
 */
public record ThreadTimes(long own, long kernel) {
  private static final Path THREADS = Path.of("/proc/self/task");

  /** Places of utime and stime behind the name in /proc/PID/stat (proc(5)). */
  private static final int OWN = 11;

  private static final int KERNEL = 12;
  private static final double PERCENT = 100;

  /** Of all threads whose name begins so (of which the kernel keeps 15 letters). */
  public static ThreadTimes of(String name) {
    long own = 0;
    long kernel = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        String stat = Files.readString(thread.resolve("stat"));
        int end = stat.lastIndexOf(')');
        if (stat.substring(stat.indexOf('(') + 1, end).startsWith(name)) {
          String[] fields = stat.substring(end + 2).split(" ", -1);
          own += Long.parseLong(fields[OWN]);
          kernel += Long.parseLong(fields[KERNEL]);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // a thread ended while it was looked at; those of a fabric do not
      return new ThreadTimes(own, kernel);
    }
    return new ThreadTimes(own, kernel);
  }

  /** Share of the kernel since an earlier reading, in percent; 0 when no time went by. */
  public double kernelPercentSince(ThreadTimes earlier) {
    long all = own - earlier.own + kernel - earlier.kernel;
    return all == 0 ? 0 : PERCENT * (kernel - earlier.kernel) / all;
  }
}
