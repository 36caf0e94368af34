package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.system.Results.Sample;
import java.util.List;

/** Looks at what flows were granted and what they got, over stretches of a run. */
final class Sharing {
  /** Of full packets 1448 of 1500 bytes are data, but rates count all of it. */
  private static final double TOLERANCE = 0.05;

  private Sharing() {}

  /** Fails unless the medians of grants and of rates in a stretch are near what they should be. */
  static void expect(
      Results results, String from, String to, double megabits, double begin, double end)
      throws Exception {
    expect(results, from, to, megabits, begin, end, TOLERANCE);
  }

  /** The same; what was measured may be off by another part of what it should be. */
  static void expect(
      Results results,
      String from,
      String to,
      double megabits,
      double begin,
      double end,
      double tolerance)
      throws Exception {
    List<Sample> samples = between(results, from, to, begin, end);
    double granted = Figures.median(samples.stream().mapToDouble(Sample::granted).toArray()) / 1e6;
    double measured =
        Figures.median(samples.stream().mapToDouble(Sample::measured).toArray()) / 1e6;
    Figures.saw(
        "%s -> %s from %.1f to %.1f s: granted %.2f, measured %.2f of %.0f Mbit/s (%d samples)",
        from, to, begin, end, granted, measured, megabits, samples.size());
    String what = from + " from " + begin + " to " + end + " s";
    assertThat(samples).as(what).hasSizeGreaterThan(3);
    assertThat(granted).as("granted to " + what).isCloseTo(megabits, within(TOLERANCE * megabits));
    assertThat(measured)
        .as("measured of " + what)
        .isCloseTo(megabits, within(tolerance * megabits));
  }

  /**
   * Fails when flows together carried more in a stretch than a link can, which no load excuses.
   *
   * @param froms where the flows begin
   */
  static void expectAtMost(
      Results results, double megabits, double begin, double end, String to, String... froms)
      throws Exception {
    double bits = 0;
    for (String from : froms) {
      bits +=
          between(results, from, to, begin, end).stream()
              .mapToDouble(s -> s.measured() * s.interval())
              .sum();
    }
    assertThat(bits / 1e6 / (end - begin))
        .as("%s from %s to %s s together", List.of(froms), begin, end)
        .isPositive()
        .isLessThan(megabits * (1 + TOLERANCE));
  }

  /** Fails when a flow is seen in a stretch. */
  static void expectSilence(Results results, String from, String to, double begin, double end)
      throws Exception {
    assertThat(between(results, from, to, begin, end)).as(from + " is silent").isEmpty();
  }

  private static List<Sample> between(
      Results results, String from, String to, double begin, double end) throws Exception {
    return results.flow(from, to).stream()
        .filter(s -> s.time() >= begin && s.time() <= end)
        .toList();
  }
}
