package io.kollaps.topology.read;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Units as other tools and people write them, and the value that is meant by each. A remedy must
 * not change the value: {@code 10 MB/s} is 80 Mbit/s, not the 10 Mbit/s that look alike.
 */
final class UnitSlips {
  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
  private static final BigDecimal BITS_PER_BYTE = BigDecimal.valueOf(8);

  /** {@code 1:30} and {@code 1:02:30}. */
  private static final Pattern CLOCK =
      Pattern.compile("(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-5]?[0-9](?:\\.[0-9]{1,9})?)");

  /** {@code 1,5 ms}: a comma in the place of the point, or between thousands. */
  private static final Pattern COMMA = Pattern.compile("([0-9]{1,15}),([0-9]{1,9})\\s*(\\S*)");

  /** A prefix, {@code i} for a binary one, what is counted, and "per second". */
  private static final Pattern SCALED =
      Pattern.compile(
          "([kKmMgGtT]?)(i?)(b|B|[bB][iI][tT][sS]?|[bB][yY][tT][eE][sS]?)?"
              + "(ps|PS|/s|/S|/sec|/second|p/s)?");

  private static final Map<String, Long> DURATION_WORDS = durationWords();

  private UnitSlips() {}

  private static Map<String, Long> durationWords() {
    Map<String, Long> words = new HashMap<>();
    words(words, 86_400_000_000_000L, "d", "day", "days");
    words(words, 3_600_000_000_000L, "h", "hr", "hrs", "hour", "hours");
    words(words, 60_000_000_000L, "m", "min", "mins", "minute", "minutes");
    words(words, 1_000_000_000L, "s", "sec", "secs", "second", "seconds");
    words(words, 1_000_000L, "ms", "msec", "msecs", "milli", "millis");
    words(words, 1_000_000L, "millisecond", "milliseconds");
    words(words, 1_000L, "us", "usec", "usecs", "micros", "microsecond", "microseconds");
    words(words, 1L, "ns", "nsec", "nsecs", "nanos", "nanosecond", "nanoseconds");
    return Map.copyOf(words);
  }

  private static void words(Map<String, Long> words, long nanos, String... spellings) {
    for (String spelling : spellings) {
      words.put(spelling, nanos);
    }
  }

  /**
   * The duration in nanoseconds that a number with a foreign unit stands for, such as {@code sec},
   * {@code MS} or {@code m} (minutes, as in {@code sleep 2m}).
   */
  static OptionalLong durationNanos(BigDecimal number, String unit) {
    Long nanos = DURATION_WORDS.get(unit.toLowerCase(Locale.ROOT));
    return nanos == null ? OptionalLong.empty() : whole(number.multiply(BigDecimal.valueOf(nanos)));
  }

  /** The duration in nanoseconds that a clock stands for: {@code 1:30} is 90 s. */
  static OptionalLong clockNanos(String text) {
    Matcher clock = CLOCK.matcher(text);
    if (!clock.matches()) {
      return OptionalLong.empty();
    }
    BigDecimal hours = new BigDecimal(Optional.ofNullable(clock.group(1)).orElse("0"));
    BigDecimal minutes = new BigDecimal(clock.group(2)).add(hours.multiply(new BigDecimal(60)));
    BigDecimal seconds = new BigDecimal(clock.group(3)).add(minutes.multiply(new BigDecimal(60)));
    return whole(seconds.multiply(NANOS_PER_SECOND));
  }

  /**
   * The rate in bits per second that a number with a foreign unit stands for: {@code B} and {@code
   * byte} count bytes, {@code b} and {@code bit} bits, a prefix alone bits as in iperf's and
   * Mininet's arguments.
   */
  static OptionalLong rateBitsPerSecond(BigDecimal number, String unit) {
    Matcher scaled = SCALED.matcher(unit);
    if (unit.isEmpty() || !scaled.matches()) {
      return OptionalLong.empty();
    }
    String counted = Optional.ofNullable(scaled.group(3)).orElse("bit");
    boolean bytes = counted.equals("B") || counted.toLowerCase(Locale.ROOT).startsWith("byte");
    BigDecimal factor = prefix(scaled.group(1), !scaled.group(2).isEmpty());
    return whole(number.multiply(bytes ? factor.multiply(BITS_PER_BYTE) : factor));
  }

  /**
   * The size in bytes that a number with a foreign unit stands for. A small letter alone is binary,
   * as in Docker's {@code --memory 512m} and Java's {@code -Xmx512m}.
   */
  static OptionalLong sizeBytes(BigDecimal number, String unit) {
    Matcher scaled = SCALED.matcher(unit);
    if (unit.isEmpty() || !scaled.matches() || scaled.group(4) != null) {
      return OptionalLong.empty();
    }
    String prefix = scaled.group(1);
    boolean alone = scaled.group(3) == null;
    boolean binary =
        !scaled.group(2).isEmpty() || (alone && !prefix.equals(prefix.toUpperCase(Locale.ROOT)));
    return whole(number.multiply(prefix(prefix, binary)));
  }

  /** The same text with a decimal point, when a comma stands in it. */
  static Optional<String> withPoint(String text) {
    Matcher comma = COMMA.matcher(text);
    if (!comma.matches()) {
      return Optional.empty();
    }
    String unit = comma.group(3).isEmpty() ? "" : " " + comma.group(3);
    String decimal = comma.group(1) + "." + comma.group(2) + unit;
    // Three digits behind it may be thousands as well: only the writer knows.
    return Optional.of(
        comma.group(2).length() == 3
            ? decimal + ", or " + comma.group(1) + comma.group(2) + unit + " for thousands"
            : decimal);
  }

  private static BigDecimal prefix(String letter, boolean binary) {
    int power = "kmgt".indexOf(letter.toLowerCase(Locale.ROOT));
    if (letter.isEmpty()) {
      return BigDecimal.ONE;
    }
    return BigDecimal.valueOf(binary ? 1024 : 1000).pow(power + 1);
  }

  private static OptionalLong whole(BigDecimal value) {
    BigDecimal rounded = value.setScale(0, RoundingMode.HALF_EVEN);
    return rounded.signum() > 0 && rounded.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0
        ? OptionalLong.of(rounded.longValueExact())
        : OptionalLong.empty();
  }
}
