package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventInboxTest {
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

  @Test
  void shouldKeepEachTellersOrder() throws Exception {
    EventInbox inbox = new EventInbox();
    int tellers = 4;
    int each = 5_000;
    List<Thread> threads = new ArrayList<>();
    for (int teller = 0; teller < tellers; teller++) {
      int endpoint = teller;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < each; i++) {
                      inbox.tell(new RunEvent.ConditionHeld(i, endpoint));
                    }
                  }));
    }
    long[] next = new long[tellers];
    for (int seen = 0; seen < tellers * each; ) {
      Optional<RunEvent> event = inbox.poll(LONG_NANOS);
      if (event.isPresent()) {
        RunEvent.ConditionHeld held = (RunEvent.ConditionHeld) event.get();
        assertThat(held.atNanos()).isEqualTo(next[held.endpoint()]++);
        seen++;
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(inbox.poll(0)).isEmpty();
  }

  @Test
  void shouldComeBackWithoutAnEvent() throws Exception {
    assertThat(new EventInbox().poll(1_000_000)).isEmpty();
  }

  @Test
  void shouldSayThatTheLoopIsStuckWhenTooManyEventsWait() {
    EventInbox inbox = new EventInbox();
    RunEvent event = new RunEvent.TimePassed(0);
    for (int i = 0; i < EventInbox.MAX_WAITING_EVENTS; i++) {
      inbox.tell(event);
    }
    assertThatThrownBy(() -> inbox.tell(event)).hasMessageContaining("stuck");
  }

  @Test
  void shouldEndTheWaitOfAnInterruptedThread() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> new EventInbox().poll(LONG_NANOS))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
