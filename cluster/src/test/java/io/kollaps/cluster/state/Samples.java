package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;

/** Values for tests. */
final class Samples {
  private Samples() {}

  static Member member(int number) {
    return new Member(
        NodeId.of(number),
        "node-" + number,
        "10.0.0." + number,
        7700,
        0,
        Member.Mode.ACTIVE,
        1,
        1,
        "0.1.0");
  }

  static TokenRecord token(int uses, long expiresAtMillis) {
    return new TokenRecord("cafe0001", "ab".repeat(32), expiresAtMillis, uses);
  }
}
