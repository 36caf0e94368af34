package io.kollaps.node.run;

import io.kollaps.fabric.PortSpec.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The smallest address range that holds all endpoints of one address family. Only this range is
 * routed into the fabric, so that a program that wants an address outside the experiment gets
 * "network is unreachable" at once instead of a time-out.
 */
final class CoveringPrefix {
  private CoveringPrefix() {}

  /** One prefix for each address family among the addresses. */
  static List<Prefix> of(List<InetAddress> addresses) {
    List<Prefix> prefixes = new ArrayList<>();
    for (int bytes : new int[] {4, 16}) {
      List<byte[]> family =
          addresses.stream().map(InetAddress::getAddress).filter(a -> a.length == bytes).toList();
      if (!family.isEmpty()) {
        prefixes.add(covering(family));
      }
    }
    return prefixes;
  }

  private static Prefix covering(List<byte[]> family) {
    byte[] first = family.getFirst();
    int length = first.length * Byte.SIZE;
    for (byte[] other : family) {
      length = Math.min(length, commonBits(first, other));
    }
    byte[] masked = first.clone();
    for (int bit = length; bit < masked.length * Byte.SIZE; bit++) {
      masked[bit / Byte.SIZE] &= (byte) ~(0x80 >>> (bit % Byte.SIZE));
    }
    try {
      return new Prefix(InetAddress.getByAddress(masked), length);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address of " + masked.length + " bytes", e);
    }
  }

  private static int commonBits(byte[] a, byte[] b) {
    for (int i = 0; i < a.length; i++) {
      int difference = (a[i] ^ b[i]) & 0xff;
      if (difference != 0) {
        return i * Byte.SIZE
            + Integer.numberOfLeadingZeros(difference)
            - (Integer.SIZE - Byte.SIZE);
      }
    }
    return a.length * Byte.SIZE;
  }
}
