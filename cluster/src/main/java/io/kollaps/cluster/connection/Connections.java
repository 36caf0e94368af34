package io.kollaps.cluster.connection;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.Refusals;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The connections to one port. Bounds how many there are, so that no stranger takes all
 * descriptors; ends those that have not shown a certificate in time; and cuts those of a node that
 * has been put out. May be used from any thread; closers are called without a lock held.
 */
public final class Connections {
  /** Connections from one address: several nodes may be behind it, each with one or two. */
  public static final int MAX_FROM_ADDRESS = 128;

  /** Connections in all: each member may have one, and some strangers knock. */
  public static final int MAX_IN_ALL = 4096 + 512;

  /** A connection without a certificate ends after this long; each call of a join takes less. */
  public static final long STRANGER_NANOS = 300_000_000_000L;

  private final Refusals refusals;
  private final LongSupplier nanoClock;
  private final Map<InetSocketAddress, Open> open = new HashMap<>();
  private final Map<InetAddress, Integer> fromAddress = new HashMap<>();

  /** Where refusals are told, and a monotonic clock. */
  public Connections(Refusals refusals, LongSupplier nanoClock) {
    this.refusals = refusals;
    this.nanoClock = nanoClock;
  }

  private static final class Open {
    private final Runnable closer;
    private final long sinceNanos;
    private boolean served;
    private Optional<NodeId> node = Optional.empty();

    Open(Runnable closer, long sinceNanos) {
      this.closer = closer;
      this.sinceNanos = sinceNanos;
    }
  }

  /**
   * A connection came.
   *
   * @param from address and port of the other side
   * @param closer ends it
   * @return false when it is one too many and must be closed at once
   */
  public synchronized boolean opened(InetSocketAddress from, Runnable closer) {
    int known = fromAddress.getOrDefault(from.getAddress(), 0);
    if (known >= MAX_FROM_ADDRESS || open.size() >= MAX_IN_ALL) {
      refusals.refused(
          "connection",
          from.getAddress().getHostAddress(),
          known >= MAX_FROM_ADDRESS
              ? "there are " + MAX_FROM_ADDRESS + " from there already"
              : "there are " + MAX_IN_ALL + " already");
      return false;
    }
    fromAddress.put(from.getAddress(), known + 1);
    open.put(from, new Open(closer, nanoClock.getAsLong()));
    return true;
  }

  /** A connection has ended. Nothing happens for one that was not let in. */
  public synchronized void closed(InetSocketAddress from) {
    Open known = open.remove(from);
    if (known == null) {
      return;
    }
    fromAddress.computeIfPresent(
        from.getAddress(), (address, count) -> count > 1 ? count - 1 : null);
    if (!known.served) {
      refusals.refused(
          "connection",
          from.getAddress().getHostAddress(),
          "it ended before it asked for anything in a way that this node speaks and trusts");
    }
  }

  /** A call came over a connection, from a caller without a certificate. */
  public synchronized void served(InetSocketAddress from) {
    Open known = open.get(from);
    if (known != null) {
      known.served = true;
    }
  }

  /** A call came over a connection, with the certificate of a node. */
  public synchronized void belongsTo(InetSocketAddress from, NodeId node) {
    Open known = open.get(from);
    if (known != null) {
      known.served = true;
      known.node = Optional.of(node);
    }
  }

  /** How many there are. */
  public synchronized int count() {
    return open.size();
  }

  /**
   * Ends the connections of nodes that may not stay, and those of strangers that are too old. To be
   * called every now and then, and when a node is put out.
   */
  public void cut(Predicate<NodeId> mayStay) {
    List<Runnable> closers = new ArrayList<>();
    synchronized (this) {
      long now = nanoClock.getAsLong();
      for (Open each : open.values()) {
        boolean stays = each.node.map(mayStay::test).orElse(now - each.sinceNanos < STRANGER_NANOS);
        if (!stays) {
          closers.add(each.closer);
        }
      }
    }
    closers.forEach(Runnable::run);
  }
}
