package io.kollaps.fabric.userspace.engine;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/** What the engine knows of endpoints: addresses, and whether packets pass to and from them. */
final class EndpointTable {
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_DESTINATION = 24;

  private final AddressTable addresses4;
  private final AddressTable addresses6;
  private final boolean[] attached;
  private final boolean[] disconnected;
  private final int[] generations;
  private final int[] fullPacketBytes;

  EndpointTable(int endpointCount, long seed, int fullPacketBytes) {
    addresses4 = new AddressTable(seed);
    addresses6 = new AddressTable(seed + 1);
    attached = new boolean[endpointCount];
    disconnected = new boolean[endpointCount];
    generations = new int[endpointCount];
    this.fullPacketBytes = new int[endpointCount];
    Arrays.fill(this.fullPacketBytes, fullPacketBytes);
  }

  void check(int endpoint) {
    if (endpoint < 0 || endpoint >= attached.length) {
      throw new IllegalArgumentException(
          "endpoints are 0 to " + (attached.length - 1) + ", got " + endpoint);
    }
  }

  void setAttached(int endpoint, boolean value) {
    check(endpoint);
    attached[endpoint] = value;
    generations[endpoint] += value ? 0 : 1;
  }

  void setFullPacketBytes(int endpoint, int bytes) {
    check(endpoint);
    fullPacketBytes[endpoint] = bytes;
  }

  /** IP bytes of the largest packet that the endpoint sends. */
  int fullPacketBytes(int endpoint) {
    return fullPacketBytes[endpoint];
  }

  void setConnected(int endpoint, boolean value) {
    check(endpoint);
    disconnected[endpoint] = !value;
    generations[endpoint] += value ? 0 : 1;
  }

  boolean isUp(int endpoint) {
    return attached[endpoint] && !disconnected[endpoint];
  }

  /** Changes whenever one of the two is detached or disconnected, and never comes back. */
  int generation(int from, int to) {
    return generations[from] + generations[to];
  }

  void addAddress(int endpoint, InetAddress address) {
    check(endpoint);
    byte[] bytes = address.getAddress();
    boolean added =
        address instanceof Inet6Address
            ? addresses6.add(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8), endpoint)
            : addresses4.add(0, bigEndian(bytes, 0, 4), endpoint);
    if (!added) {
      throw new IllegalArgumentException(
          "address " + address.getHostAddress() + " belongs to another endpoint than " + endpoint);
    }
  }

  void removeAddresses(int endpoint) {
    addresses4.removeAll(endpoint);
    addresses6.removeAll(endpoint);
  }

  /** The endpoint that a packet is addressed to, or {@link AddressTable#NONE}. */
  int destination(WirePacket packet) {
    return destination(packet.ip(), packet.isVersion6());
  }

  /** The endpoint that an IP header names, or {@link AddressTable#NONE}. */
  int destination(long ip, boolean version6) {
    if (version6) {
      return addresses6.find(
          RawMemory.getNetLong(ip + IPV6_DESTINATION),
          RawMemory.getNetLong(ip + IPV6_DESTINATION + 8));
    }
    return addresses4.find(0, RawMemory.getNetInt(ip + IPV4_DESTINATION) & 0xffff_ffffL);
  }

  private static long bigEndian(byte[] bytes, int offset, int count) {
    long value = 0;
    for (int i = offset; i < offset + count; i++) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }
}
