package io.kollaps.cluster.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says once what was refused from whom, and not again for a while, however often it comes: an
 * attacker must not fill the log. May be called from any thread.
 */
public final class Refusals {
  /** The same refusal is told again after this long, with how many came meanwhile. */
  static final long SILENCE_NANOS = 600_000_000_000L;

  /** Different refusals that are remembered; the oldest is forgotten first. */
  static final int REMEMBERED = 512;

  private final Consumer<String> log;
  private final LongSupplier nanoClock;
  private final Map<String, Told> entries =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
          return size() > REMEMBERED;
        }
      };
  private long total;

  /** Tells to {@code log}; time by {@code nanoClock}, monotonic. */
  public Refusals(Consumer<String> log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
  }

  /**
   * Something was refused.
   *
   * @param what kind of thing, such as "datagram"
   * @param from where it came from, without what changes with each attempt (such as a port)
   * @param why the reason
   */
  public synchronized void refused(String what, String from, String why) {
    total++;
    long now = nanoClock.getAsLong();
    String key = what + '\n' + from + '\n' + why;
    Told known = entries.get(key);
    if (known != null && now - known.toldAtNanos < SILENCE_NANOS) {
      known.silent++;
      return;
    }
    String repeated =
        known == null || known.silent == 0
            ? ""
            : " (and " + known.silent + " more since it was last told)";
    entries.put(key, new Told(now));
    log.accept("refused " + what + " from " + from + ": " + why + repeated);
  }

  /** How many were refused in all. */
  public synchronized long total() {
    return total;
  }

  private static final class Told {
    private final long toldAtNanos;
    private long silent;

    private Told(long toldAtNanos) {
      this.toldAtNanos = toldAtNanos;
    }
  }
}
