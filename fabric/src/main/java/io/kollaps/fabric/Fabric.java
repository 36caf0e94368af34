package io.kollaps.fabric;

import java.util.List;

/**
 * The data plane of one part: it gives every endpoint its {@code eth0} and emulates the collapsed
 * path between every two.
 *
 * <p>Endpoints are named by their index in the experiment; a path by the two indexes, or by the
 * dense id {@code from * endpointCount + to}. An endpoint is here once it is attached, on another
 * node once a peer has it ({@link #setPeers}). A path belongs to its sender's node, which emulates
 * all of it, whether its receiver is here or not; the receiver's node only hands packets over. All
 * methods may be called from any thread, one call at a time; the packet path never waits for them.
 */
public interface Fabric extends AutoCloseable {

  /** Name as in {@code --fabric}: {@code user-space}, {@code kernel} or {@code tc}. */
  String name();

  /**
   * Makes {@code eth0} in the endpoint's namespace, with its addresses and routes, up; no path
   * leads to it yet.
   *
   * @throws FabricException when it cannot be made; nothing of it is left then
   */
  void attach(PortSpec port) throws FabricException;

  /**
   * Takes {@code eth0} away and drops what is on its way to or from it.
   *
   * @throws FabricException when it cannot be taken away
   */
  void detach(int endpoint) throws FabricException;

  /**
   * Opens the overlay, by which endpoints here and on other nodes reach each other; once, before
   * {@link #setPeers}. The socket is one of the calling thread's network namespace. Until a peer is
   * set, everything that comes in is dropped.
   *
   * @return UDP port at which packets of other nodes come in
   * @throws FabricException when there is none free in the range, the address is not this node's,
   *     or the fabric has no overlay
   */
  default int openOverlay(OverlaySpec spec) throws FabricException {
    throw withoutOverlay();
  }

  /**
   * Says where the endpoints are that are not here, in place of what was said before. Paths to them
   * are set as any other, before or after.
   *
   * @param peers all other nodes of the run
   * @throws FabricException when the overlay is not open, an endpoint is attached here or has two
   *     peers, an address belongs to another endpoint, or a peer's address is not of the overlay's
   *     kind (IPv4, IPv6); what was said before stays then
   */
  default void setPeers(List<OverlayPeer> peers) throws FabricException {
    throw withoutOverlay();
  }

  /**
   * Makes sure that full packets reach every peer and come back, before the start: sends datagrams
   * of the largest size, which may not be fragmented, and small ones, until the peers' fabrics
   * answer. A peer answers when it knows this node, so that all nodes of a run may check at once.
   * Then a few small ones measure what a packet takes to each peer by itself: half of the shortest
   * round trip.
   *
   * @param patienceNanos longest wait for a peer that does not answer at all, in nanoseconds; a
   *     peer that answers small datagrams but not large ones fails earlier
   * @return the peers, each with its transit as measured, for {@link #setPeers}
   * @throws FabricException when a peer cannot be reached, or only by smaller packets; names the
   *     peer and the size
   */
  default List<OverlayPeer> checkPeers(long patienceNanos) throws FabricException {
    throw withoutOverlay();
  }

  private FabricException withoutOverlay() {
    return new FabricException(
        "The "
            + name()
            + " fabric cannot reach endpoints on other nodes: place the experiment on one node, or"
            + " use another fabric (--fabric user-space, --fabric kernel).");
  }

  /**
   * Sets paths, all at one instant between two packets. A path that is not named stays as it is;
   * packets already on their way keep their delay, packets that wait for the rate are served at the
   * new one.
   *
   * @throws FabricException when the fabric cannot do what a path asks for
   */
  void setPaths(List<PathSetting> settings) throws FabricException;

  /**
   * Changes rates only, all at one instant between two packets; the other properties stay. Paths
   * that do not exist are left out.
   *
   * @param pathIds dense path ids
   * @param ratesBitsPerSecond new rates, same length
   * @throws FabricException when it cannot be done
   */
  void setRates(int[] pathIds, long[] ratesBitsPerSecond) throws FabricException;

  /**
   * Cuts or restores everything to and from endpoints, all at one instant between two packets;
   * their {@code eth0} stay up.
   *
   * @throws FabricException when it cannot be done
   */
  void setConnected(List<Connection> changes) throws FabricException;

  /**
   * As {@link #setConnected(List)}, for one endpoint.
   *
   * @throws FabricException when it cannot be done
   */
  default void setConnected(int endpoint, boolean connected) throws FabricException {
    setConnected(List.of(new Connection(endpoint, connected)));
  }

  /**
   * Whether an endpoint is connected.
   *
   * @param endpoint index of the endpoint
   * @param connected false when everything to and from it is dropped
   */
  record Connection(int endpoint, boolean connected) {}

  /** Tells the sink every path that carried or dropped traffic since the last call. */
  void readUsage(UsageSink sink);

  /** Totals of one path since it was first set; zeros for a path that never was. */
  PathCounters counters(int from, int to);

  /**
   * Processor time of the fabric's threads since it was made, in nanoseconds; cheap, as opposed to
   * {@link #health}.
   */
  long busyNanos();

  /** How well the fabric keeps its promises, since it was made. */
  FabricHealth health();

  /** Detaches all ports and frees everything. */
  @Override
  void close() throws FabricException;
}
