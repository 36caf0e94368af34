package io.kollaps.fabric.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Times of arrival in virtual time, with and without notes. */
class ArrivalsTest {
  private static final long LATE = 50_000;
  private static final long SLEEP = 10_000_000;

  /** Arrivals that know that waking up takes so long. */
  private static Arrivals calibrated() {
    Arrivals arrivals = new Arrivals(3, Optional.empty());
    long now = 0;
    for (int i = 0; i < WakeUpDelay.SAMPLES; i++) {
      long alarm = now + SLEEP;
      arrivals.slept(now, alarm + LATE);
      arrivals.alarmed(alarm);
      now = alarm + LATE;
    }
    return arrivals;
  }

  @Test
  void shouldCreditTheWakeUpToWhatEndedTheSleep() {
    Arrivals arrivals = calibrated();
    arrivals.slept(1_000_000_000, 1_010_000_000);
    assertThat(arrivals.arrival(0, 0, true, 1_010_007_000)).isEqualTo(1_010_000_000 - LATE);
    assertThat(arrivals.arrival(1, 0, true, 1_010_015_000)).isEqualTo(1_010_000_000 - LATE);
  }

  @Test
  void shouldCreditNothingWhenTheThreadWasAwake() {
    Arrivals arrivals = calibrated();
    arrivals.slept(1_000_000_000, 1_010_000_000);
    arrivals.stayedAwake();
    assertThat(arrivals.arrival(0, 0, true, 1_010_007_000)).isEqualTo(1_010_007_000);
  }

  @Test
  void shouldCreditOnlyTheFirstPacketOfADevice() {
    Arrivals arrivals = calibrated();
    arrivals.slept(1_000_000_000, 1_010_000_000);
    arrivals.arrival(0, 0, true, 1_010_007_000);
    assertThat(arrivals.arrival(0, 0, false, 1_010_009_000)).isEqualTo(1_010_009_000);
  }

  @Test
  void shouldNotCreditMoreThanTheSleep() {
    Arrivals arrivals = calibrated();
    // of the same class of length as the alarms, but the estimate would reach before the last look
    arrivals.empty(0, 1_009_980_000);
    arrivals.slept(1_000_000_000, 1_010_000_000);
    assertThat(arrivals.arrival(0, 0, true, 1_010_001_000)).isEqualTo(1_009_980_000);
  }

  @Test
  void shouldNeverGoBackOnADevice() {
    Arrivals arrivals = calibrated();
    arrivals.slept(1_000_000_000, 1_010_000_000);
    arrivals.stayedAwake();
    assertThat(arrivals.arrival(0, 0, true, 1_010_000_000)).isEqualTo(1_010_000_000);
    arrivals.slept(1_010_000_000, 1_010_010_000);
    assertThat(arrivals.arrival(0, 0, true, 1_010_011_000)).isGreaterThanOrEqualTo(1_010_000_000);
    assertThat(arrivals.arrival(0, 1_009_000_000, true, 1_010_012_000))
        .isGreaterThanOrEqualTo(1_010_000_000);
    assertThat(arrivals.arrival(1, 1_009_000_000, true, 1_010_012_000)).isEqualTo(1_009_000_000);
  }

  @Test
  void shouldBelieveANoteHoweverBusyTheThreadWas() {
    Arrivals arrivals = new Arrivals(3, Optional.empty());
    arrivals.stayedAwake();
    assertThat(arrivals.arrival(0, 5_000_000, true, 9_000_000)).isEqualTo(5_000_000);
    assertThat(arrivals.arrival(0, 9_500_000, false, 9_400_000)).isEqualTo(9_400_000);
  }

  @Test
  void shouldNotBelieveANoteThatIsTooOld() {
    Arrivals arrivals = new Arrivals(3, Optional.empty());
    long now = 10 * Arrivals.MAX_WAIT_NANOS;
    assertThat(arrivals.arrival(0, now - Arrivals.MAX_WAIT_NANOS - 1, true, now)).isEqualTo(now);
  }
}
