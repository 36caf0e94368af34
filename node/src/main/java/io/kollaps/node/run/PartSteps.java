package io.kollaps.node.run;

import java.net.InetSocketAddress;
import java.util.List;

/** What the work of a part waits for, and lets others use while it goes on. */
interface PartSteps extends Patience {

  /**
   * Waits for the other parts' addresses.
   *
   * @throws PartEndedException when the part is to end
   */
  List<InetSocketAddress> awaitLink() throws PartEndedException;

  /**
   * Waits for the instant of the start, on {@link System#nanoTime}.
   *
   * @throws PartEndedException when the part is to end
   */
  long awaitStart() throws PartEndedException;

  /** Why the part is to end. */
  PartEnd end();

  /** How far the start's instant may be off, in nanoseconds. */
  long clockBoundNanos();

  /** From now on there are endpoints to look at, and others to hear of. */
  void prepared(PartView view);

  /** From now on an end is told to the loop. */
  void looping(EventInbox inbox);
}
