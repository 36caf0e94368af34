package io.kollaps.fabric.kernel;

/**
 * Where the values of {@code struct path}, {@code struct endpoint}, {@code struct totals}, {@code
 * struct settings} and {@code struct peer} lie, in bytes; as in src/main/bpf/path.h, which says
 * what they mean.
 */
final class PathLayout {
  static final int PATH_BYTES = 192;
  static final int FLAGS = 0;
  static final int OVERHEAD = 4;
  static final int RATE = 8;
  static final int LATENCY = 16;
  static final int JITTER = 24;
  static final int LOSS = 32;
  static final int LIMIT = 40;
  static final int FROM = 48;
  static final int TO = 50;
  static final int EARLY = 52;
  static final int BUSY_SINCE = 56;
  static final int LIMIT_DROPPED = 68;
  static final int NEXT = 72;
  static final int WAITING_BYTES = 80;
  static final int WAITING_PACKETS = 84;
  static final int LOSS_RANDOM = 104;
  static final int JITTER_RANDOM = 112;
  static final int LAST_DEPARTURE = 120;
  static final int OFFERED_PACKETS = 128;
  static final int OFFERED_BYTES = 136;
  static final int DELIVERED_PACKETS = 144;
  static final int DELIVERED_BYTES = 152;
  static final int LOST = 160;
  static final int QUEUE_DROPPED = 168;
  static final int CUT = 176;
  static final int COMMITTED_BYTES = 184;

  static final int EXISTS = 1;
  static final int UNIFORM = 2;
  static final int REORDERS = 4;
  static final int LIMIT_IN_TIME = 8;

  static final int ENDPOINT_BYTES = 32;
  static final int ENDPOINT_DEVICE = 0;
  static final int ENDPOINT_FLAGS = 4;
  static final int ENDPOINT_GENERATION = 8;
  static final int ENDPOINT_MTU = 12;
  static final int ENDPOINT_PEER = 16;

  static final int ATTACHED = 1;
  static final int CONNECTED = 2;

  static final int BUCKETS = 312;
  static final int TOTALS_DELIVERED = 0;
  static final int TOTALS_UNROUTED = 8;
  static final int TOTALS_PATHLESS = 16;
  static final int TOTALS_CONTENDED = 24;
  static final int TOTALS_RECIRCULATED = 32;
  static final int TOTALS_LATENESS_MAX = 40;
  static final int TOTALS_LATENESS = 48;
  static final int TOTALS_SENT = TOTALS_LATENESS + 8 * BUCKETS;
  static final int TOTALS_RECEIVED = TOTALS_SENT + 8;
  static final int TOTALS_FOREIGN = TOTALS_SENT + 16;
  static final int TOTALS_MALFORMED = TOTALS_SENT + 24;
  static final int TOTALS_UNDELIVERED = TOTALS_SENT + 32;
  static final int TOTALS_BYTES = TOTALS_SENT + 40;

  static final int SETTINGS_BYTES = 24;
  static final int SETTINGS_FABRIC_DEVICE = 0;
  static final int SETTINGS_OVERLAY_DEVICE = 4;
  static final int SETTINGS_VNI = 8;
  static final int SETTINGS_OVER_IPV6 = 12;
  static final int SETTINGS_OVERLAY_MTU = 16;

  static final int PEER_BYTES = 32;
  static final int PEER_ADDRESS = 0;
  static final int PEER_SMALL_ANSWERS = 16;
  static final int PEER_FULL_ANSWERS = 20;

  static final int CHUNK_PATHS_SHIFT = 10;
  static final int CHUNK_PATHS = 1 << CHUNK_PATHS_SHIFT;

  /** Work of a byte in billionths of a bit, as in path.c. */
  static final long WORK_PER_BYTE = 8_000_000_000L;

  private PathLayout() {}

  /** All of them in the order of the section {@code layout} of the object. */
  static int[] inOrder() {
    return new int[] {
      PATH_BYTES,
      FLAGS,
      OVERHEAD,
      RATE,
      LATENCY,
      JITTER,
      LOSS,
      LIMIT,
      FROM,
      TO,
      EARLY,
      BUSY_SINCE,
      LIMIT_DROPPED,
      NEXT,
      WAITING_BYTES,
      WAITING_PACKETS,
      LOSS_RANDOM,
      JITTER_RANDOM,
      LAST_DEPARTURE,
      OFFERED_PACKETS,
      OFFERED_BYTES,
      DELIVERED_PACKETS,
      DELIVERED_BYTES,
      LOST,
      QUEUE_DROPPED,
      CUT,
      COMMITTED_BYTES,
      ENDPOINT_BYTES,
      ENDPOINT_DEVICE,
      ENDPOINT_FLAGS,
      ENDPOINT_GENERATION,
      ENDPOINT_MTU,
      ENDPOINT_PEER,
      TOTALS_BYTES,
      TOTALS_DELIVERED,
      TOTALS_UNROUTED,
      TOTALS_PATHLESS,
      TOTALS_CONTENDED,
      TOTALS_RECIRCULATED,
      TOTALS_LATENESS_MAX,
      TOTALS_LATENESS,
      BUCKETS,
      TOTALS_SENT,
      TOTALS_RECEIVED,
      TOTALS_FOREIGN,
      TOTALS_MALFORMED,
      TOTALS_UNDELIVERED,
      SETTINGS_BYTES,
      SETTINGS_FABRIC_DEVICE,
      SETTINGS_OVERLAY_DEVICE,
      SETTINGS_VNI,
      SETTINGS_OVER_IPV6,
      SETTINGS_OVERLAY_MTU,
      PEER_BYTES,
      PEER_ADDRESS,
      PEER_SMALL_ANSWERS,
      PEER_FULL_ANSWERS,
      CHUNK_PATHS
    };
  }
}
