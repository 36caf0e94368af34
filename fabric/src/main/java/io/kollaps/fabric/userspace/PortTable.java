package io.kollaps.fabric.userspace;

import io.kollaps.fabric.overlay.PeerDirectory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the packets of each endpoint are read and written: at a device here, or by the overlay at
 * another node. Belongs to the fabric's thread.
 */
final class PortTable {
  /** What an endpoint without a port has. */
  static final int NONE = -1;

  private final int[] fileDescriptors;
  private @Nullable Overlay overlay;

  PortTable(int endpointCount) {
    fileDescriptors = new int[endpointCount];
    Arrays.fill(fileDescriptors, NONE);
  }

  /** Descriptor of an endpoint, or {@link #NONE}. */
  int fileDescriptor(int endpoint) {
    return fileDescriptors[endpoint];
  }

  void put(int endpoint, int fileDescriptor) {
    fileDescriptors[endpoint] = fileDescriptor;
  }

  void remove(int endpoint) {
    fileDescriptors[endpoint] = NONE;
  }

  /** Gives the endpoints of other nodes their way. */
  void setOverlay(Overlay opened) {
    overlay = opened;
  }

  /** The way to other nodes, if there are any. */
  @Nullable Overlay overlay() {
    return overlay;
  }

  /** Peer that an endpoint is at, or {@link PeerDirectory#NONE}. */
  int peerOf(int endpoint) {
    Overlay way = overlay;
    return way == null ? PeerDirectory.NONE : way.peerOf(endpoint);
  }
}
