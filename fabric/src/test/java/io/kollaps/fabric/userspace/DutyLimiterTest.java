package io.kollaps.fabric.userspace;

import static org.assertj.core.api.Assertions.assertThat;

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
  void shouldRestWhenItWorksNearlyAllTheTime() {
    DutyLimiter limiter = new DutyLimiter(START, 1_000);
    assertThat(limiter.lookDueNanos()).isEqualTo(START + WINDOW);
    long busy = WINDOW * 91 / 100;
    assertThat(limiter.mustRest(START + WINDOW, 1_000 + busy)).isTrue();
    assertThat(limiter.lookDueNanos()).isEqualTo(START + 2 * WINDOW);
    assertThat(limiter.mustRest(START + 2 * WINDOW, 1_000 + busy)).isFalse();
  }

  @Test
  void shouldLeaveATwelfthOfAProcessorToOthersHoweverMuchThereIsToDo() {
    DutyLimiter limiter = new DutyLimiter(START, 0);
    long now = START;
    long cpu = 0;
    for (int window = 0; window < 1_000; window++) {
      now += WINDOW;
      cpu += WINDOW;
      if (limiter.mustRest(now, cpu)) {
        now += DutyLimiter.REST_NANOS;
      }
    }
    assertThat(cpu).isLessThan((now - START) * 11 / 12);
  }

  @Test
  void shouldStopWaitingAwakeBeforeItRests() {
    DutyLimiter limiter = new DutyLimiter(START, 0);
    long work = WINDOW * 70 / 100;
    long spin = WINDOW * 29 / 100;
    limiter.spun(spin);
    assertThat(limiter.mustRest(START + WINDOW, work + spin)).isFalse();
    assertThat(limiter.maySpin(START + WINDOW)).isFalse();
    // with less work it waits awake again
    long later = START + 2 * WINDOW;
    assertThat(limiter.mustRest(later, work + spin + WINDOW * 40 / 100)).isFalse();
    assertThat(limiter.maySpin(later)).isTrue();
  }

  @Test
  void shouldNotRestWhenBusyOnlyMostOfTheTime() {
    DutyLimiter limiter = new DutyLimiter(START, 0);
    assertThat(limiter.mustRest(START + WINDOW, WINDOW * 89 / 100)).isFalse();
    // after a long sleep the share is of the whole time
    assertThat(limiter.mustRest(START + 11 * WINDOW, WINDOW * 89 / 100 + 2 * WINDOW)).isFalse();
  }
}
