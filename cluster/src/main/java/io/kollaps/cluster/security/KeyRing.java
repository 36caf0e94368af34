package io.kollaps.cluster.security;

import java.util.Optional;

/**
 * The cluster key of the moment, and the one before for as long as members may not have heard of
 * the new one. May be used from any thread.
 */
public final class KeyRing {
  /** The old key counts this long after the new one is known here. */
  static final long GRACE_NANOS = 10_000_000_000L;

  private ClusterKey current;
  private Optional<ClusterKey> previous = Optional.empty();
  private long changedAtNanos;

  /** With the key that the node got when it was admitted. */
  public KeyRing(ClusterKey first) {
    current = first;
  }

  /** A key was heard of; older ones than the current are ignored. */
  public synchronized void learn(ClusterKey key, long nowNanos) {
    if (key.generation() > current.generation()) {
      previous = Optional.of(current);
      current = key;
      changedAtNanos = nowNanos;
    }
  }

  /** The key to seal with. */
  public synchronized ClusterKey current() {
    return current;
  }

  /** The key of a generation, if it still counts. */
  synchronized Optional<ClusterKey> of(int generation, long nowNanos) {
    if (generation == current.generation()) {
      return Optional.of(current);
    }
    return previous.filter(
        key -> key.generation() == generation && nowNanos - changedAtNanos < GRACE_NANOS);
  }
}
