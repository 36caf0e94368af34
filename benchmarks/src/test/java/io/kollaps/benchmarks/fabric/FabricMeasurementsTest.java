package io.kollaps.benchmarks.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.Emulators;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * All figures of a fabric, for real and as short as they can be. Needs root, or namespaces of one's
 * own.
 */
class FabricMeasurementsTest {
  private static final long MILLI = 1_000_000;
  private static final FabricPlan SHORT =
      new FabricPlan(
          1,
          List.of(10_000_000L),
          List.of(1_000_000_000L),
          List.of(100_000_000L),
          300 * MILLI,
          500 * MILLI,
          200 * MILLI,
          300 * MILLI,
          10,
          100,
          MILLI,
          400,
          4_000,
          true);

  @Test
  void shouldMeasureRates() throws Exception {
    List<FabricRow> rows = new RateMeasurements(subject()).rows();

    // the numbers of the loaded machine of a test mean nothing; that traffic was counted does
    assertThat(rows).extracting(FabricRow::what).contains("TCP cubic goodput", "UDP goodput");
    assertThat(rows).allSatisfy(row -> assertThat(row.measured()).isPositive());
    assertThat(rows)
        .filteredOn(row -> row.what().startsWith("TCP") && row.nominal() == 10e6)
        .allSatisfy(row -> assertThat(row.measured()).isLessThan(15e6));
  }

  @Test
  void shouldMeasureDelaysAndLoss() throws Exception {
    List<FabricRow> rows = new DelayMeasurements(subject()).rows();

    assertThat(rows)
        .filteredOn(row -> row.what().equals("RTT median"))
        .hasSize(3)
        // never before its time: the clock of arrival is the one of departure
        .allSatisfy(row -> assertThat(row.measured()).isGreaterThan(row.ideal() - 0.05));
    assertThat(rows).filteredOn(row -> row.what().startsWith("jitter")).hasSize(2);
    assertThat(rows).filteredOn(row -> row.what().startsWith("loss")).hasSize(2);
  }

  @Test
  void shouldMeasureThroughputBesideVeth() throws Exception {
    List<String> notes = new ArrayList<>();
    Subject subject = new Subject(Emulators.userSpace(), SHORT, notes::add);

    List<FabricRow> rows = new ThroughputMeasurements(subject).rows();

    assertThat(rows).hasSize(9);
    assertThat(rows).allSatisfy(row -> assertThat(row.ideal()).isPositive());
    assertThat(rows).allSatisfy(row -> assertThat(row.measured()).isPositive());
    assertThat(notes).isNotEmpty();
  }

  private static Subject subject() {
    return new Subject(Emulators.userSpace(), SHORT, Notes.silent());
  }
}
