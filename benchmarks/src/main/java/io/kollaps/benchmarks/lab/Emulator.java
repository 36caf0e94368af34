package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import java.util.Optional;

/** What is measured: one of Kollaps' fabrics, or another emulator to compare with. */
public interface Emulator {
  /** Name as in {@code --fabric}. */
  String name();

  /** Why it cannot be used here; empty when it can. It is found out by trying. */
  Optional<String> obstacle() throws InterruptedException;

  /**
   * Bytes of a packet that its rate counts beside the IP packet: what it calls a rate of 10 Mbit/s
   * lets that much less through.
   */
  int framingBytes();

  /**
   * Makes endpoints without paths.
   *
   * @param endpoints how many
   * @param seed seed of loss and jitter, where it takes one
   * @throws BenchmarkException when the machine cannot
   */
  Lab open(int endpoints, long seed) throws BenchmarkException, InterruptedException;
}
