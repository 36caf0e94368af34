package io.kollaps.cluster.state;

/**
 * What the cluster keeps of a join token.
 *
 * @param id which token
 * @param secretHashHex SHA-256 of its secret
 * @param expiresAtMillis when it ends, in ms since 1970 on the leader's clock
 * @param usesLeft how many nodes may still join with it
 */
public record TokenRecord(String id, String secretHashHex, long expiresAtMillis, int usesLeft) {

  /** The same token after one use. */
  TokenRecord used() {
    return new TokenRecord(id, secretHashHex, expiresAtMillis, usesLeft - 1);
  }
}
