package io.kollaps.cluster.security;

/**
 * Remembers which numbers of a sender have been seen: each counts once, and those too far behind
 * not at all, as in IPsec (RFC 4303, section 3.4.3). A sender that restarts begins a new session
 * with a greater number than the one before; older sessions do not count any more.
 */
public final class ReplayWindow {
  /** How far behind the newest a datagram may arrive. */
  static final int WIDTH = 64;

  private long session = Long.MIN_VALUE;
  private long newest;
  private long seen;

  /** True when the number is new; it then counts as seen. */
  public boolean accept(long ofSession, long number) {
    if (ofSession < session || number < 0) {
      return false;
    }
    if (ofSession > session) {
      session = ofSession;
      newest = number;
      seen = 1;
      return true;
    }
    if (number > newest) {
      long ahead = number - newest;
      seen = ahead >= WIDTH ? 1 : (seen << ahead) | 1;
      newest = number;
      return true;
    }
    long behind = newest - number;
    if (behind >= WIDTH || (seen >>> behind & 1) != 0) {
      return false;
    }
    seen |= 1L << behind;
    return true;
  }
}
