package io.kollaps.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import io.kollaps.node.run.StopSwitch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every benchmark that makes a run, for real and as short as it can be. Needs what a run needs. */
class RunBenchmarksTest {

  @Test
  void shouldShareARealLink() throws Exception {
    SharingBenchmark benchmark =
        new SharingBenchmark(new SharingOptions("cubic", 2, 2, false, false));

    List<SharingRow> rows = benchmark.run(Notes.silent(), new StopSwitch());

    assertThat(rows).extracting(SharingRow::flow).containsExactly("c1:s1", "c1:s1", "c2:s2");
    // far bounds: whether traffic flowed at all, not how exactly, on a machine that may be busy
    assertThat(rows).allSatisfy(row -> assertThat(row.receivedBps()).isBetween(1e5, 60e6));
    assertThat(rows).allSatisfy(row -> assertThat(row.grantedBps()).isBetween(1e6, 51e6));
  }

  @Test
  void shouldPlayEventsOfOneInstant() throws Exception {
    List<ComparedRow> rows = new EventsBenchmark(6, 10, 1).run(Notes.silent(), new StopSwitch());

    assertThat(rows).hasSize(3);
    assertThat(rows).allSatisfy(row -> assertThat(row.measured()).isBetween(0.0, 5_000.0));
  }

  @Test
  void shouldSetUpPingAndTakeDownEndpoints() throws Exception {
    List<ComparedRow> rows = new EndpointsBenchmark(4, 3).run(Notes.silent(), new StopSwitch());

    assertThat(rows).hasSize(4);
    assertThat(rows.get(0).measured()).isBetween(0.01, 60.0);
    // a wrong model would be wrong by milliseconds; a busy machine spoils a median much less often
    assertThat(rows.get(2).measured()).isBetween(0.0, 50.0);
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatIllegalArgumentException().isThrownBy(() -> new EventsBenchmark(1, 3, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new EndpointsBenchmark(1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SharingOptions("a; reboot", 4, 6, true, false));
  }
}
