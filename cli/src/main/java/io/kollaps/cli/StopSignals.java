package io.kollaps.cli;

import io.kollaps.node.run.StopSwitch;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C and SIGTERM end a run early, but in order; a third signal ends the process at once (the
 * next command sweeps then).
 */
final class StopSignals {
  private static final int PATIENCE = 3;
  private static final int SIGNAL_EXIT_BASE = 128;

  private StopSignals() {}

  static void install(StopSwitch stop) {
    AtomicInteger count = new AtomicInteger();
    for (String name : new String[] {"INT", "TERM", "HUP"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            stop.ask(name.equals("INT") ? "ended early by Ctrl-C" : "ended early by SIG" + name);
            if (count.incrementAndGet() >= PATIENCE) {
              Runtime.getRuntime().halt(SIGNAL_EXIT_BASE + signal.getNumber());
            }
          });
    }
  }
}
