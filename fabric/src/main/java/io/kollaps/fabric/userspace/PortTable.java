package io.kollaps.fabric.userspace;

import java.util.Arrays;

/**
 * Where the packets of each endpoint are read and written: the seam behind which an endpoint of
 * another node will have its tunnel. Belongs to the fabric's thread.
 */
final class PortTable {
  /** What an endpoint without a port has. */
  static final int NONE = -1;

  private final int[] fileDescriptors;

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
}
