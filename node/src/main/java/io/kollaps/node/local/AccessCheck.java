package io.kollaps.node.local;

import java.util.Optional;

/** Knows the access tokens that count at this moment. */
@FunctionalInterface
public interface AccessCheck {
  /**
   * Checks a token.
   *
   * @return what it may; empty when it does not count (any more)
   */
  Optional<AccessRole> role(String id, byte[] secret);
}
