package io.kollaps.linux.ownership;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Name of a run: {@code yyMMdd-HHmmss-xxxx}, UTC. Ids sort by their time; the last group (36^4
 * values) tells apart runs of one second.
 *
 * @param value small letters, digits and hyphens, at most 32, the first no hyphen: usable as a name
 *     of a folder, a control group or a container
 */
public record RunId(String value) implements Comparable<RunId> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int RADIX = 36;
  private static final int SUFFIXES = RADIX * RADIX * RADIX * RADIX;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when the value has another form
   */
  public RunId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "not a run id: \"" + value + "\"; allowed are a-z, 0-9 and hyphens, at most 32");
    }
  }

  /** Makes one for a run that starts at an instant. */
  public static RunId of(Instant now, RandomGenerator random) {
    String suffix = Integer.toString(SUFFIXES + random.nextInt(SUFFIXES), RADIX).substring(1);
    return new RunId(TIME.format(now) + "-" + suffix);
  }

  /** True when a text has the form of a run id. */
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
