package io.kollaps.topology.read;

import io.kollaps.topology.LinkProperties;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities with units as people write them, such as {@code 10 ms} or {@code 100 Mbit/s}: a
 * decimal number, optional blanks, a unit. Prefixes are decimal (k = 1000), those of {@code KiB}
 * and so on binary. What {@code format} writes, the matching method reads back to the same value.
 */
public final class Quantities {
  /** Highest rate that may be written: 1 Pbit/s. */
  public static final long MAX_RATE_BITS_PER_SECOND = 1_000_000_000_000_000L;

  /** How a file writes {@link LinkProperties#UNLIMITED_RATE}. */
  public static final String UNLIMITED = "unlimited";

  private static final int MAX_LENGTH = 64;
  private static final String NUMBER =
      "([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)";
  private static final Pattern PLAIN_NUMBER = Pattern.compile(NUMBER);
  private static final Pattern WITH_UNIT = Pattern.compile(NUMBER + "\\s*([^0-9\\s.+-]\\S*)?");
  private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Units DURATION =
      new Units("a duration", "10 ms", UnitSlips::durationNanos)
          .unit("h", 3_600_000_000_000L)
          .unit("min", 60_000_000_000L)
          .unit("s", 1_000_000_000L)
          .unit("ms", 1_000_000L)
          .unit("us", 1_000L)
          .unit("ns", 1L)
          .unit("\u00b5s", 1_000L)
          .unit("\u03bcs", 1_000L);

  private static final Units RATE =
      new Units("a rate", "100 Mbit/s", UnitSlips::rateBitsPerSecond)
          .unit("Tbit/s", 1_000_000_000_000L)
          .unit("Gbit/s", 1_000_000_000L)
          .unit("Mbit/s", 1_000_000L)
          .unit("kbit/s", 1_000L)
          .unit("bit/s", 1L)
          .unit("Gbps", 1_000_000_000L)
          .unit("Mbps", 1_000_000L)
          .unit("kbps", 1_000L)
          .unit("Kbps", 1_000L)
          .unit("bps", 1L);

  private static final Units SIZE =
      new Units("a size", "64 kB", UnitSlips::sizeBytes)
          .unit("GB", 1_000_000_000L)
          .unit("MB", 1_000_000L)
          .unit("kB", 1_000L)
          .unit("B", 1L)
          .unit("GiB", 1L << 30)
          .unit("MiB", 1L << 20)
          .unit("KiB", 1L << 10);

  private Quantities() {}

  /**
   * Reads a duration: ns, us, ms, s, min, h.
   *
   * @return nanoseconds, at least 0, rounded to the nearest
   * @throws QuantityException when the text is something else
   */
  public static long durationNanos(String text) throws QuantityException {
    return DURATION.parse(text);
  }

  /**
   * Reads a duration as {@link #durationNanos} does, where one is usually some seconds long: a
   * number without a unit is answered with seconds.
   *
   * @return nanoseconds, at least 0, rounded to the nearest
   * @throws QuantityException when the text is something else
   */
  static long longDurationNanos(String text) throws QuantityException {
    OptionalLong clock = UnitSlips.clockNanos(text.strip());
    if (clock.isPresent()) {
      throw new QuantityException(
          Problems.quote(text) + " is not a duration",
          "write " + formatDuration(clock.getAsLong()));
    }
    return DURATION.parse(text, "s");
  }

  /**
   * Reads a rate: bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s (also bps, kbps, Mbps, Gbps), or {@value
   * #UNLIMITED}.
   *
   * @return bits per second, from 1 to {@link #MAX_RATE_BITS_PER_SECOND} or {@link
   *     LinkProperties#UNLIMITED_RATE}
   * @throws QuantityException when the text is something else
   */
  public static long rateBitsPerSecond(String text) throws QuantityException {
    if (text.strip().equals(UNLIMITED)) {
      return LinkProperties.UNLIMITED_RATE;
    }
    return checkedRate(RATE.parse(text), text);
  }

  /**
   * Reads a size: B, kB, MB, GB, KiB, MiB, GiB.
   *
   * @return bytes, at least 0, rounded to the nearest
   * @throws QuantityException when the text is something else
   */
  public static long sizeBytes(String text) throws QuantityException {
    return SIZE.parse(text);
  }

  /** True when the text ends like a size and not like a duration. */
  static boolean looksLikeSize(String text) {
    return text.strip().endsWith("B");
  }

  /**
   * Reads a probability: {@code 0.1 %} or a plain fraction such as {@code 0.001}.
   *
   * @return a value in [0, 1]
   * @throws QuantityException when the text is something else
   */
  public static double probability(String text) throws QuantityException {
    String stripped = text.strip();
    boolean percent = stripped.endsWith("%");
    String digits = percent ? stripped.substring(0, stripped.length() - 1).strip() : stripped;
    if (digits.length() > MAX_LENGTH || !PLAIN_NUMBER.matcher(digits).matches()) {
      throw new QuantityException(
          Problems.quote(text) + " is not a probability", "write for example 0.001, or 0.1 %");
    }
    BigDecimal value = new BigDecimal(digits);
    BigDecimal fraction = percent ? value.movePointLeft(2) : value;
    if (fraction.signum() < 0 || fraction.compareTo(BigDecimal.ONE) > 0) {
      throw new QuantityException(
          Problems.quote(text) + " is not between 0 and 1",
          percent
              ? "a percentage lies between 0 and 100"
              : "write a fraction from 0 to 1, or a percentage: " + digits + " %");
    }
    return fraction.doubleValue();
  }

  /**
   * Reads a plain decimal number times a factor.
   *
   * @return the product, at least 0, rounded to the nearest
   * @throws QuantityException when the text is no number, or the product negative or too large
   */
  static long scaled(String text, long factor, String what, String example)
      throws QuantityException {
    String digits = text.strip();
    if (digits.length() > MAX_LENGTH || !PLAIN_NUMBER.matcher(digits).matches()) {
      throw new QuantityException(
          Problems.quote(text) + " is not " + what, "write for example " + example);
    }
    return product(new BigDecimal(digits), BigDecimal.valueOf(factor), text, example);
  }

  /** Rejects rates that nothing can have. */
  static long checkedRate(long rate, String text) throws QuantityException {
    if (rate < 1) {
      throw new QuantityException(
          "a rate of " + Problems.quote(text) + " lets nothing through",
          "write at least 1 bit/s, or let the link leave in the timeline");
    }
    if (rate > MAX_RATE_BITS_PER_SECOND) {
      throw new QuantityException(
          "a rate of " + Problems.quote(text) + " is more than 1000 Tbit/s",
          "leave the rate out for a link without limit");
    }
    return rate;
  }

  /** A duration in its largest fitting unit, exact. */
  public static String formatDuration(long nanos) {
    return DURATION.format(nanos, "ns");
  }

  /** A rate in its largest fitting unit, exact. */
  public static String formatRate(long bitsPerSecond) {
    return bitsPerSecond == LinkProperties.UNLIMITED_RATE
        ? UNLIMITED
        : RATE.format(bitsPerSecond, "bit/s");
  }

  /** A size in its largest fitting decimal unit, exact. */
  public static String formatSize(long bytes) {
    return SIZE.format(bytes, "B");
  }

  private static long product(BigDecimal number, BigDecimal factor, String text, String example)
      throws QuantityException {
    if (number.signum() < 0) {
      throw new QuantityException(
          Problems.quote(text) + " is negative", "write for example " + example);
    }
    BigDecimal value = number.multiply(factor).setScale(0, RoundingMode.HALF_EVEN);
    if (value.compareTo(LONG_MAX) >= 0) {
      throw new QuantityException(
          Problems.quote(text) + " is too large", "write for example " + example);
    }
    return value.longValueExact();
  }

  /** Units of other tools: the value that a number with one of them stands for. */
  private interface Slips {
    OptionalLong meant(BigDecimal number, String unit);
  }

  /** Units of one kind of quantity, the largest first. */
  private static final class Units {
    private final String what;
    private final String example;
    private final Slips slips;
    private final Map<String, BigDecimal> factors = new LinkedHashMap<>();

    Units(String what, String example, Slips slips) {
      this.what = what;
      this.example = example;
      this.slips = slips;
    }

    Units unit(String name, long factor) {
      factors.put(name, BigDecimal.valueOf(factor));
      return this;
    }

    long parse(String text) throws QuantityException {
      return parse(text, example.substring(example.indexOf(' ') + 1));
    }

    long parse(String text, String usualUnit) throws QuantityException {
      String stripped = text.strip();
      Matcher matcher = WITH_UNIT.matcher(stripped);
      if (stripped.length() > MAX_LENGTH || !matcher.matches()) {
        throw new QuantityException(
            Problems.quote(text) + " is not " + what,
            UnitSlips.withPoint(stripped)
                .map(meant -> "write " + meant)
                .orElse("write a number with a unit, for example " + example));
      }
      String number = matcher.group(1);
      String unit = matcher.group(2);
      if (unit == null) {
        throw new QuantityException(
            Problems.quote(text) + " has no unit", remedy(number + " " + usualUnit));
      }
      BigDecimal factor = factors.get(unit);
      if (factor == null) {
        throw new QuantityException(
            Problems.quote(unit) + " is not a unit of " + what, remedy(meant(number, unit)));
      }
      BigDecimal value = new BigDecimal(number);
      if (value.signum() < 0) {
        throw new QuantityException(
            Problems.quote(text) + " is negative",
            "write " + value.abs().toPlainString() + " " + unit + ", or leave it out");
      }
      return product(value, factor, text, example);
    }

    /** The quantity that was meant, in a unit of here; an example when nobody can tell. */
    private String meant(String number, String unit) {
      OptionalLong value = slips.meant(new BigDecimal(number), unit);
      if (value.isPresent()) {
        return format(value.getAsLong(), "");
      }
      return Nearest.to(unit, factors.keySet())
          .map(nearest -> number + " " + nearest)
          .orElse("for example " + example);
    }

    private String remedy(String meant) {
      return "write " + meant + " (units: " + String.join(", ", factors.keySet()) + ")";
    }

    String format(long value, String smallest) {
      BigDecimal number = BigDecimal.valueOf(value);
      for (Map.Entry<String, BigDecimal> unit : factors.entrySet()) {
        boolean exact =
            isPowerOfTen(unit.getValue()) || number.remainder(unit.getValue()).signum() == 0;
        if (number.compareTo(unit.getValue()) >= 0 && exact) {
          BigDecimal shown = number.divide(unit.getValue()).stripTrailingZeros();
          return shown.toPlainString() + " " + unit.getKey();
        }
      }
      return value + " " + smallest;
    }

    private static boolean isPowerOfTen(BigDecimal factor) {
      return factor.stripTrailingZeros().unscaledValue().bitLength() == 1;
    }
  }
}
