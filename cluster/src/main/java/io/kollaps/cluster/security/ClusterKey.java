package io.kollaps.cluster.security;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The secret that members seal datagrams with. It changes when a node is banned, which knows it.
 *
 * @param generation counts the changes, from 1
 * @param secretHex 256 bits in hexadecimal
 */
public record ClusterKey(int generation, String secretHex) {
  private static final int BYTES = 32;

  /** Refuses secrets of another length. */
  public ClusterKey {
    if (generation < 1 || secretHex.length() != 2 * BYTES) {
      throw new IllegalArgumentException("a cluster key has a generation from 1 and 256 bits");
    }
  }

  /** A new key. */
  public static ClusterKey create(int generation, SecureRandom random) {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    return new ClusterKey(generation, HexFormat.of().formatHex(secret));
  }

  byte[] secret() {
    return HexFormat.of().parseHex(secretHex);
  }

  @Override
  public String toString() {
    return "cluster key " + generation; // never the secret
  }
}
