package io.kollaps.fabric.userspace;

import io.kollaps.fabric.userspace.engine.PathEngine;

/** Has the packet path compiled before the first packet: an interpreted one would be late. */
final class WarmUp {
  private static boolean done;

  private WarmUp() {}

  /** Does it, once in a process. */
  static synchronized void once() {
    if (!done) {
      PathEngine.warmUp();
      done = true;
    }
  }
}
