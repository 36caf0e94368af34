package io.kollaps.fabric.overlay;

/** By which a fabric sends probes to its peers and learns of the answers. */
public interface ProbePort {

  /**
   * Sends a request.
   *
   * @param peer index of the peer
   * @param payloadBytes size of the frame without its Ethernet header
   * @return 0, or the error number with which this machine's network refused it
   */
  int request(int peer, int payloadBytes);

  /** How many answers of that size came from a peer. */
  int answers(int peer, int payloadBytes);
}
