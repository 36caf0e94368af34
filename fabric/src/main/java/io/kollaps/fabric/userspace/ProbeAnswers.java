package io.kollaps.fabric.userspace;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** Answers to probes, counted by peer and size: one thread counts, any thread reads. */
final class ProbeAnswers {
  private static final int SIZES = 2;

  private final int fullBytes;
  private volatile AtomicIntegerArray counts = new AtomicIntegerArray(0);

  /**
   * Without answers.
   *
   * @param fullBytes size of a full probe
   */
  ProbeAnswers(int fullBytes) {
    this.fullBytes = fullBytes;
  }

  /** Forgets all, for so many peers. */
  void reset(int peers) {
    counts = new AtomicIntegerArray(SIZES * peers);
  }

  void count(int peer, int payloadBytes) {
    AtomicIntegerArray now = counts;
    int at = at(peer, payloadBytes);
    if (at < now.length()) {
      now.incrementAndGet(at);
    }
  }

  int of(int peer, int payloadBytes) {
    AtomicIntegerArray now = counts;
    int at = at(peer, payloadBytes);
    return at < now.length() ? now.get(at) : 0;
  }

  private int at(int peer, int payloadBytes) {
    return SIZES * peer + (payloadBytes == fullBytes ? 1 : 0);
  }
}
