package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.ResultsReader;
import io.kollaps.node.results.TestRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScribeTest {
  @TempDir Path temp;

  private static class Listener implements RunListener {
    final List<EventRecord> told = new ArrayList<>();

    @Override
    public void state(String what) {
      // the scribe tells no states
    }

    @Override
    public void event(EventRecord event) {
      told.add(event);
    }

    @Override
    public void flows(long atNanos, List<FlowSample> samples) {
      // events are enough here
    }
  }

  private ResultsFolder results() throws IOException {
    return ResultsFolder.create(
        temp.resolve("run"), TestRuns.facts("scribe", true), new byte[] {'a'});
  }

  @Test
  void shouldWriteAndTellEverythingInItsOrder() throws Exception {
    Listener listener = new Listener();
    List<EventRecord> events = new ArrayList<>();
    try (ResultsFolder results = results()) {
      try (Scribe scribe = new Scribe(results, listener)) {
        for (int i = 0; i < 1_000; i++) {
          EventRecord event = TestRuns.event(i * 1_000_000L, 0);
          events.add(event);
          scribe.event(event);
        }
      }
      assertThat(listener.told).isEqualTo(events);
      assertThat(results.stopRecording().events()).isEqualTo(events);
    }
    assertThat(ResultsReader.events(temp.resolve("run"))).isEqualTo(events);
  }

  @Test
  void shouldSayThatAnEventCouldNotBeTold() throws Exception {
    Listener listener =
        new Listener() {
          @Override
          public void event(EventRecord event) {
            throw new IllegalStateException("the terminal is gone");
          }
        };
    try (ResultsFolder results = results()) {
      Scribe scribe = new Scribe(results, listener);
      scribe.event(TestRuns.event(0, 0));

      assertThatThrownBy(scribe::close)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the terminal is gone");
      assertThatThrownBy(() -> scribe.event(TestRuns.event(1, 0)))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
