package io.kollaps.node.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test puts forward. */
final class SteeredClock implements InstantSource {
  private volatile Duration ahead = Duration.ZERO;

  void forward(Duration more) {
    ahead = ahead.plus(more);
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }
}
