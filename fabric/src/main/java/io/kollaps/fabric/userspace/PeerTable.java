package io.kollaps.fabric.userspace;

import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.userspace.engine.RawMemory;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.SocketAddresses;
import java.net.Inet6Address;
import java.util.List;

/** The peers with their addresses as the kernel wants them. */
final class PeerTable implements AutoCloseable {
  private final PeerDirectory directory;
  private final OffHeapMemory memory;
  private final int addressLength;
  private final boolean version6;

  private PeerTable(
      PeerDirectory directory, OffHeapMemory memory, int addressLength, boolean version6) {
    this.directory = directory;
    this.memory = memory;
    this.addressLength = addressLength;
    this.version6 = version6;
  }

  /**
   * Makes one.
   *
   * @throws LinuxException when there is no memory
   */
  static PeerTable of(PeerDirectory directory) throws LinuxException {
    List<OverlayPeer> peers = directory.peers();
    OffHeapMemory memory = OffHeapMemory.map((long) SocketAddresses.BYTES * (peers.size() + 1));
    int length = 0;
    boolean version6 = false;
    for (int i = 0; i < peers.size(); i++) {
      long at = memory.address() + (long) SocketAddresses.BYTES * i;
      OverlayPeer peer = peers.get(i);
      length = SocketAddresses.write(at, peer.address().getAddress(), peer.address().getPort());
      version6 = peer.address().getAddress() instanceof Inet6Address;
    }
    return new PeerTable(directory, memory, length, version6);
  }

  PeerDirectory directory() {
    return directory;
  }

  /** Peer of an endpoint, or {@link PeerDirectory#NONE}. */
  int peerOf(int endpoint) {
    return directory.peerOf(endpoint);
  }

  /** Where a peer's address is. */
  long address(int peer) {
    return memory.address() + (long) SocketAddresses.BYTES * peer;
  }

  int addressLength() {
    return addressLength;
  }

  /**
   * Whether a datagram's source is a peer's address. The port may be another: kernels draw one for
   * each flow.
   */
  boolean isAddressOf(int peer, long source) {
    long known = address(peer);
    if (RawMemory.getShort(known) != RawMemory.getShort(source)) {
      return false;
    }
    if (version6) {
      int at = SocketAddresses.IPV6_AT;
      return RawMemory.getLong(known + at) == RawMemory.getLong(source + at)
          && RawMemory.getLong(known + at + 8) == RawMemory.getLong(source + at + 8);
    }
    int at = SocketAddresses.IPV4_AT;
    return RawMemory.getInt(known + at) == RawMemory.getInt(source + at);
  }

  @Override
  public void close() {
    memory.close();
  }
}
