package io.kollaps.system;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a ping printed.
 *
 * @param answers sequence number and round trip of each answer, in the order of arrival
 */
record Pings(List<Answer> answers) {
  private static final Pattern LINE = Pattern.compile("icmp_seq=(\\d+) .*time=([0-9.]+) ms");

  /** One answer; the round trip in milliseconds. */
  record Answer(int sequence, double millis) {}

  static Pings of(String log) {
    List<Answer> answers = new ArrayList<>();
    Matcher matcher = LINE.matcher(log);
    while (matcher.find()) {
      answers.add(
          new Answer(Integer.parseInt(matcher.group(1)), Double.parseDouble(matcher.group(2))));
    }
    return new Pings(List.copyOf(answers));
  }

  /**
   * Those that were sent within a stretch of time.
   *
   * @param start when the first was sent; the stretch is on the same clock, all in seconds
   * @param interval seconds from one to the next
   */
  Pings sent(double start, double interval, double begin, double end) {
    return new Pings(
        answers.stream()
            .filter(a -> start + (a.sequence() - 1) * interval >= begin)
            .filter(a -> start + (a.sequence() - 1) * interval <= end)
            .toList());
  }

  int count() {
    return answers.size();
  }

  /** Median of the round trips, NaN without any. */
  double median() {
    return Figures.median(answers.stream().mapToDouble(Answer::millis).toArray());
  }

  /** Smallest of the round trips, NaN without any. */
  double smallest() {
    return Arrays.stream(answers.stream().mapToDouble(Answer::millis).toArray())
        .min()
        .orElse(Double.NaN);
  }
}
