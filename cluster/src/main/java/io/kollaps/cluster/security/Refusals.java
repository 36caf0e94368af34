package io.kollaps.cluster.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says once what was refused from whom, and not again for a while, however often it comes, and from
 * however many sources: an attacker must not fill the log, and must not write into it. May be used
 * from any thread.
 */
public final class Refusals {
  /** The same refusal is told again after this long, with how many came meanwhile. */
  static final long SILENCE_NANOS = 600_000_000_000L;

  /** Different refusals that are remembered; the oldest is forgotten first. */
  static final int REMEMBERED = 512;

  /** So many different refusals are told in a row; more only slowly: senders can be forged. */
  static final int BURST = 64;

  /** After a burst, one more is told in this time. */
  static final long NEXT_NANOS = 10_000_000_000L;

  /** Longest reason that is told or answered. */
  private static final int LONGEST = 200;

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
  private long fullAtNanos;
  private boolean first = true;
  private boolean saidFlood;

  /** Tells to {@code log}; time by {@code nanoClock}, monotonic. */
  public Refusals(Consumer<String> log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
  }

  /**
   * Text of strangers as it may stand in a log, an answer or a terminal: one line of printable
   * characters, not longer than 200.
   */
  public static String plain(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    StringBuilder plain = new StringBuilder(cut.length());
    cut.chars().forEach(c -> plain.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
    return plain.toString();
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
    String line = "refused " + what + " from " + plain(from) + ": " + plain(why);
    Told known = entries.get(line);
    if (known != null && now - known.toldAtNanos < SILENCE_NANOS) {
      known.silent++;
      return;
    }
    if (!mayTell(now)) {
      return;
    }
    String repeated =
        known == null || known.silent == 0
            ? ""
            : " (and " + known.silent + " more since it was last told)";
    entries.put(line, new Told(now));
    log.accept(line + repeated);
  }

  /** A bucket of {@link #BURST} lines, which is full again at a known time. */
  private boolean mayTell(long now) {
    if (first || fullAtNanos - now < 0) {
      fullAtNanos = now;
      first = false;
      saidFlood = false;
    }
    if (fullAtNanos - now > (BURST - 1) * NEXT_NANOS) {
      if (!saidFlood) {
        saidFlood = true;
        log.accept(
            "more is refused, of more kinds or from more sources, than is told here; "
                + total
                + " in all so far");
      }
      return false;
    }
    fullAtNanos += NEXT_NANOS;
    return true;
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
