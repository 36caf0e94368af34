package io.kollaps.fabric.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.userspace.DutyLimiter.Advice;
import org.junit.jupiter.api.Test;

class DutyLimiterTest {
  private static final long START = 5_000_000_000L;
  private static final long WINDOW = DutyLimiter.BUSY_WINDOW_NANOS;

  @Test
  void shouldBoundTheShareOfTimeSpentAwake() {
    DutyLimiter limiter = new DutyLimiter(START, 0);
    long step = 50_000;
    long spun = 0;
    long total = 1_000_000_000L;
    for (long at = 0; at < total; at += step) {
      if (limiter.maySpin(START + at)) {
        limiter.spun(step);
        spun += step;
      }
    }
    assertThat(spun).isBetween(total * 29 / 100, total * 31 / 100);
  }

  @Test
  void shouldGivePriorityUpForOneWindowWhenBusyNearlyAllTheTime() {
    DutyLimiter limiter = new DutyLimiter(START, 1_000);
    long busy = WINDOW * 91 / 100;
    assertThat(limiter.advise(START + WINDOW, 1_000 + busy)).isEqualTo(Advice.LOWER);
    assertThat(limiter.lowered()).isTrue();
    assertThat(limiter.adviceDueNanos()).isEqualTo(START + 2 * WINDOW);
    assertThat(limiter.advise(START + 2 * WINDOW, 1_000 + 2 * busy)).isEqualTo(Advice.RAISE);
    assertThat(limiter.lowered()).isFalse();
    assertThat(limiter.advise(START + 3 * WINDOW, 1_000 + 2 * busy)).isEqualTo(Advice.STAY);
  }

  @Test
  void shouldKeepPriorityWhenBusyOnlyMostOfTheTime() {
    DutyLimiter limiter = new DutyLimiter(START, 0);
    assertThat(limiter.advise(START + WINDOW, WINDOW * 89 / 100)).isEqualTo(Advice.STAY);
    // after a long sleep the share is of the whole time
    assertThat(limiter.advise(START + 11 * WINDOW, WINDOW * 89 / 100 + 2 * WINDOW))
        .isEqualTo(Advice.STAY);
  }
}
