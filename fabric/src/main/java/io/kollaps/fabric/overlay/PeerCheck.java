package io.kollaps.fabric.overlay;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out before the start whether full packets reach every peer and come back: a network that
 * carries less than it should lets connections open and then hang. Full and small probes are sent
 * by turns until a peer has answered a full one; who answered some small ones in that time, and
 * none that is full, does not carry them.
 */
public final class PeerCheck {
  /** Pause between two rounds of probes. */
  static final long ROUND_NANOS = 50_000_000;

  /** Small answers without a full one that are no accident: more than 99.9 % at 10 % loss. */
  static final int ENOUGH_SMALL_ANSWERS = 12;

  private final ProbePort port;
  private final OverlaySpec spec;
  private final List<OverlayPeer> peers;
  private final int[] smallRequests;

  /** A check of all peers, which are known to the port by their index. */
  public PeerCheck(ProbePort port, OverlaySpec spec, List<OverlayPeer> peers) {
    this.port = port;
    this.spec = spec;
    this.peers = peers;
    this.smallRequests = new int[peers.size()];
  }

  /**
   * Checks, then measures what packets take to the peers by themselves.
   *
   * @param patienceNanos longest wait for a first answer
   * @return the peers, with their transit
   * @throws FabricException when a peer cannot be reached, or only by smaller packets
   */
  public List<OverlayPeer> run(long patienceNanos) throws FabricException {
    check(patienceNanos);
    long[] transit =
        new TransitMeasure(port, smallRequests, System::nanoTime, PeerCheck::rest).run();
    List<OverlayPeer> measured = new ArrayList<>();
    for (int peer = 0; peer < peers.size(); peer++) {
      measured.add(peers.get(peer).withTransit(transit[peer]));
    }
    return measured;
  }

  // A yield is no promise, and none is needed: it lets who answers on this machine go first, and a
  // round trip that it lengthens is not the shortest one.
  @SuppressWarnings("ThreadPriorityCheck")
  private static void rest(long nanos) {
    if (nanos == 0) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(nanos);
    }
  }

  private void check(long patienceNanos) throws FabricException {
    long begin = System.nanoTime();
    List<Integer> open = new ArrayList<>();
    for (int peer = 0; peer < peers.size(); peer++) {
      open.add(peer);
    }
    while (true) {
      for (int peer : open) {
        probe(peer);
      }
      LockSupport.parkNanos(ROUND_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new FabricException("Interrupted while the nodes of the overlay were checked.");
      }
      open.removeIf(peer -> port.answers(peer, spec.endpointMtu()) > 0);
      if (open.isEmpty()) {
        return;
      }
      for (int peer : open) {
        if (port.answers(peer, InnerFrame.SMALLEST_PROBE_BYTES) >= ENOUGH_SMALL_ANSWERS) {
          throw tooSmall(peer, "answers small packets, but full ones do not come back");
        }
      }
      if (System.nanoTime() - begin >= patienceNanos) {
        throw silent(open.getFirst(), patienceNanos);
      }
    }
  }

  private void probe(int peer) throws FabricException {
    if (port.request(peer, spec.endpointMtu()) == Errno.EMSGSIZE) {
      throw tooSmall(peer, "cannot be sent full packets: this node's own interface is too small");
    }
    // a full buffer or a route that is not there yet: the next round tries again
    if (port.request(peer, InnerFrame.SMALLEST_PROBE_BYTES) == 0) {
      smallRequests[peer]++;
    }
  }

  private FabricException tooSmall(int peer, String what) {
    int needed = spec.endpointMtu() + OverlaySpec.addedBytes(spec.overIpv6());
    return new FabricException(
        "The node at "
            + peers.get(peer).address()
            + " "
            + what
            + ". Packets of "
            + needed
            + " bytes must pass between the nodes without being fragmented, so that endpoints can"
            + " have an MTU of "
            + spec.endpointMtu()
            + ". Raise the MTU of the network, or lower that of the endpoints (the network's less "
            + OverlaySpec.addedBytes(spec.overIpv6())
            + ").");
  }

  private FabricException silent(int peer, long patienceNanos) {
    return new FabricException(
        "The node at "
            + peers.get(peer).address()
            + " did not answer over the overlay within "
            + patienceNanos / 1_000_000
            + " ms. Let UDP to that port pass its firewall and all between, both ways.");
  }
}
