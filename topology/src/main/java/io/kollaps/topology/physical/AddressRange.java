package io.kollaps.topology.physical;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses from one to another, both included.
 *
 * @param first lowest address
 * @param last highest address, of the same IP version
 */
public record AddressRange(InetAddress first, InetAddress last) {
  /**
   * Checks version and order.
   *
   * @throws IllegalArgumentException when the versions differ or the last is before the first
   */
  public AddressRange {
    if (first.getAddress().length != last.getAddress().length || compare(first, last) > 0) {
      throw new IllegalArgumentException(
          "no range: " + first.getHostAddress() + " to " + last.getHostAddress());
    }
  }

  private static int compare(InetAddress a, InetAddress b) {
    return Arrays.compareUnsigned(a.getAddress(), b.getAddress());
  }

  /** True when the address is in the range. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == first.getAddress().length
        && compare(first, address) <= 0
        && compare(address, last) <= 0;
  }

  /** True when an address is in both ranges. */
  public boolean overlaps(AddressRange other) {
    return contains(other.first) || other.contains(first);
  }

  @Override
  public String toString() {
    return first.equals(last)
        ? first.getHostAddress()
        : first.getHostAddress() + "-" + last.getHostAddress();
  }
}
