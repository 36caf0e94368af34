package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import java.util.Optional;

/** What is measured: one of Kollaps' fabrics, or another emulator to compare with. */
public interface Emulator {
  /** Name as in {@code --fabric}. */
  String name();

  /** Why it cannot be used here; empty when it can. It is found out by trying. */
  Optional<String> obstacle() throws InterruptedException;

  /** True when it is one of Kollaps' own fabrics. */
  boolean isFabric();

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

  /**
   * Makes two endpoints on two nodes.
   *
   * @param seed seed of loss and jitter
   * @return empty when it cannot reach another node
   * @throws BenchmarkException when the machine cannot
   */
  default Optional<OverlayLab> openOverlay(long seed)
      throws BenchmarkException, InterruptedException {
    return Optional.empty();
  }
}
