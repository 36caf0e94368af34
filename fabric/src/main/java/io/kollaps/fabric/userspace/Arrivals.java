package io.kollaps.fabric.userspace;

import io.kollaps.linux.ArrivalStamps;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a packet came to its device, for delays that count from then however late it was read. Where
 * the kernel may note arrivals ({@link ArrivalStamps}), from its note; else, for a packet that
 * ended a sleep of the fabric's thread, by an estimate ({@link WakeUpDelay}); else it came when it
 * was read. Never before the device was last seen empty, nor before the packet read before it.
 * Belongs to the fabric's thread.
 */
final class Arrivals {
  /** A note older than this is not believed: its packet was thrown away by the kernel. */
  static final long MAX_WAIT_NANOS = 100_000_000;

  private final @Nullable ArrivalStamps stamps;
  private final WakeUpDelay wakeUp = new WakeUpDelay();
  private final long[] earliest;
  private long sleptNanos;
  private long wokenNanos;
  private boolean slept;

  Arrivals(int endpointCount, Optional<ArrivalStamps> stamps) {
    this.stamps = stamps.orElse(null);
    earliest = new long[endpointCount];
    Arrays.fill(earliest, Long.MIN_VALUE);
  }

  /** The thread slept until now; what it finds ready had ended the sleep or came just after. */
  void slept(long fromNanos, long untilNanos) {
    sleptNanos = untilNanos - fromNanos;
    wokenNanos = untilNanos;
    slept = true;
  }

  /** The thread did not sleep: what it finds ready waits for its turn. */
  void stayedAwake() {
    slept = false;
  }

  /** The sleep told of last was ended by an alarm alone. */
  void alarmed(long alarmNanos) {
    long late = wokenNanos - alarmNanos;
    wakeUp.alarmed(sleptNanos - late, late);
  }

  /** The kernel's note for the packet that will be read next; 0 without one. */
  long noted(int endpoint) {
    return stamps == null ? 0 : stamps.stamp(endpoint);
  }

  /**
   * When a packet came.
   *
   * @param noted what {@link #noted} gave before the packet was read
   * @param first whether it is the first of its device since the thread looked what is ready
   * @param now when it had been read
   */
  long arrival(int endpoint, long noted, boolean first, long now) {
    long arrived = now;
    if (noted != 0) {
      if (stamps != null) {
        stamps.clear(endpoint);
      }
      arrived = now - noted > MAX_WAIT_NANOS ? now : Math.min(now, noted);
    } else if (first && slept) {
      arrived = wokenNanos - wakeUp.estimateNanos(sleptNanos);
    }
    arrived = Math.max(arrived, earliest[endpoint]);
    earliest[endpoint] = arrived;
    return arrived;
  }

  /** A device had no more packets at that time: what is read later came later. */
  void empty(int endpoint, long atNanos) {
    earliest[endpoint] = Math.max(earliest[endpoint], atNanos);
  }
}
