package io.kollaps.node.run;

import io.kollaps.node.results.FlowSample;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The endpoints of one run on this machine: made, linked with the other parts, started at an agreed
 * instant, and taken away again.
 *
 * <p>All methods return at once and may be called from any thread; what happens is told to the
 * {@link PartListener}. The steps come in the order {@link #prepare}, {@link #link}, {@link
 * #startAt}, each after the listener heard of the one before; a step out of its order is a failure
 * of the part. {@link #end} may come at any time, also in the middle of a step: whatever the part
 * is doing, it cleans up and tells {@link PartListener#ended}, exactly once.
 */
public interface Part extends AutoCloseable {

  /**
   * Makes the home endpoints' namespaces, devices and waiting processes, the fabric, and the socket
   * of the overlay; {@link PartListener#prepared} or {@link PartListener#failed} follows.
   */
  void prepare();

  /**
   * Tells the part where the others receive packets, and lets it check that full packets come
   * through to each of them; {@link PartListener#ready} or {@link PartListener#failed} follows.
   *
   * @param overlays by node number: address and UDP port; this part's own is not used
   */
  void link(List<InetSocketAddress> overlays);

  /**
   * Starts the timeline at an instant; {@link PartListener#started} follows. An instant that has
   * passed starts it at once, with the timeline's clock at the instant: late, but in step with the
   * other parts.
   *
   * @param localNanoTime the instant on this machine's {@link System#nanoTime}
   */
  void startAt(long localNanoTime);

  /**
   * A datagram of another part came in; one that is not understood is counted and left out.
   *
   * @param fromNode number of the node that sent it
   * @param payload not used any more after the call returned
   */
  void peerDatagram(int fromNode, ByteBuffer payload);

  /**
   * Says how far the instant of {@link #startAt} may be off the leader's clock; for the results.
   *
   * @param boundNanos bound of the error, both ways
   */
  default void clockBound(long boundNanos) {}

  /** Another part is gone: its flows are over, and nobody waits for its services any more. */
  void peerGone(int node);

  /**
   * Ends the part: programs are asked to leave, everything is removed, the results are written.
   * Only the first reason counts.
   */
  void end(PartEnd why);

  /** Folder of this part's results; made by {@link #prepare}, complete when the part ended. */
  Path results();

  /** Offset of now from the start; negative before it, {@code Long.MIN_VALUE} while none is set. */
  long offsetNanos();

  /** What runs here, by endpoint index. */
  List<HomeEndpoint> endpoints();

  /**
   * What the active flows that begin here did in the newest complete interval.
   *
   * @return one for each flow with traffic; empty when there is none, and before the first
   */
  List<FlowSample> newestFlows();

  /**
   * Runs a command inside a running endpoint: with its network, mounts, processes and host name, as
   * its program has them, but outside its limits and its records. The command ends with the
   * endpoint.
   *
   * @param endpoint name of an endpoint that is at home here
   * @param command program and arguments, not empty
   * @return the command's process; whoever asked reads its streams, or destroys it
   * @throws RunFailedException when no such endpoint runs here, or the command cannot be started
   */
  Process enter(String endpoint, List<String> command) throws RunFailedException;

  /** Ends the part when it has not ended, and waits for it, with a bound. */
  @Override
  void close();

  /**
   * An endpoint that is at home here.
   *
   * @param index of the endpoint
   * @param name of the endpoint
   * @param standardOutput the log of its program's standard output; grows while it runs
   * @param standardError the log of its program's standard error
   * @param running whether its program runs now
   * @param startedNanos offset of the running program's start; empty when none runs
   */
  record HomeEndpoint(
      int index,
      String name,
      Path standardOutput,
      Path standardError,
      boolean running,
      OptionalLong startedNanos) {}
}
