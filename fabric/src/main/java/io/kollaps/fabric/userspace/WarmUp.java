package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.LinuxException;

/** Has the packet path compiled before the first packet: an interpreted one would be late. */
final class WarmUp {
  private static boolean done;
  private static boolean overlayDone;

  private WarmUp() {}

  /** Does it, once in a process. */
  static synchronized void once() {
    if (!done) {
      PathEngine.warmUp();
      done = true;
      try {
        LoopWarmUp.run();
      } catch (FabricException | LinuxException e) {
        // the fabric that is wanted will meet the same obstacle and tell of it, or do without this
        return;
      }
    }
  }

  /** As {@link #once}, for the overlay. */
  static synchronized void overlayOnce() {
    if (!overlayDone) {
      overlayDone = true;
      try {
        OverlayWarmUp.run();
      } catch (FabricException | LinuxException e) {
        // the overlay that is wanted will meet the same obstacle and tell of it
        return;
      }
    }
  }
}
