package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.emulation.FlowReport.FlowDemand;
import io.kollaps.emulation.exchange.ReportCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PeerFlowTableTest {
  /**
   * A part's flows change at random; its reports, cut into small pieces, arrive in any order, some
   * twice, some never. Whatever came, for each path the newest piece that says something of it
   * decides, by a plain look at all that came.
   */
  @Test
  void shouldHoldTheNewestWordOnEachPathWhateverArrives() {
    for (long seed = 1; seed <= 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int paths = random.nextInt(1, 60);
      List<FlowReport> arrived = new ArrayList<>();
      for (FlowReport report : history(random, paths)) {
        for (byte[] piece : ReportCodec.write(1, report, ReportCodec.MIN_PIECE_BYTES)) {
          FlowReport read = ((ReportCodec.Read) ReportCodec.read(ByteBuffer.wrap(piece))).report();
          for (int copy = random.nextInt(3); copy > 0; copy--) {
            arrived.add(random.nextInt(arrived.size() + 1), read);
          }
        }
      }
      PeerFlowTable table = new PeerFlowTable();
      Map<Integer, Long> before = new HashMap<>();
      for (FlowReport report : arrived) {
        boolean changed = table.take(1, report);
        Map<Integer, Long> after = new HashMap<>();
        table.collect(after);
        assertThat(changed).as("seed %d", seed).isEqualTo(!after.equals(before));
        before = after;
      }
      assertThat(before).as("seed %d", seed).isEqualTo(plainly(arrived, paths));
    }
  }

  private static List<FlowReport> history(SplittableRandom random, int paths) {
    TreeMap<Integer, Long> flows = new TreeMap<>();
    List<FlowReport> reports = new ArrayList<>();
    for (int sequence = 1; sequence < 20; sequence++) {
      TreeMap<Integer, Long> changes = new TreeMap<>();
      for (int change = random.nextInt(paths + 1); change > 0; change--) {
        int path = random.nextInt(paths);
        long demand = random.nextInt(3) * 500L;
        changes.put(path, demand);
        flows.put(path, demand);
        flows.values().remove(0L);
      }
      boolean full = random.nextInt(3) == 0;
      List<FlowDemand> told = new ArrayList<>();
      (full ? flows : changes).forEach((path, demand) -> told.add(new FlowDemand(path, demand)));
      reports.add(
          full ? FlowReport.full(1, sequence, told) : FlowReport.changes(1, sequence, told));
    }
    return reports;
  }

  private static Map<Integer, Long> plainly(List<FlowReport> arrived, int paths) {
    Map<Integer, Long> flows = new HashMap<>();
    for (int path = 0; path < paths; path++) {
      long newest = 0;
      for (FlowReport report : arrived) {
        int asked = path;
        long named =
            report.flows().stream()
                .filter(flow -> flow.pathId() == asked)
                .mapToLong(FlowDemand::demandBitsPerSecond)
                .findFirst()
                .orElse(-1);
        boolean within = path >= report.completeFrom() && path < report.completeTo();
        if ((named >= 0 || within) && report.sequence() > newest) {
          newest = report.sequence();
          flows.put(path, Math.max(0, named));
        }
      }
    }
    flows.values().removeIf(demand -> demand == 0);
    return flows;
  }

  @Test
  void shouldForgetASilentPartButNotWhatItSaidLast() {
    PeerFlowTable table = new PeerFlowTable();
    assertThat(table.take(0, FlowReport.changes(1, 5, List.of(new FlowDemand(3, 100))))).isTrue();
    // What was sent earlier is no sign of life now.
    table.take(9, FlowReport.changes(1, 4, List.of(new FlowDemand(4, 100))));
    assertThat(table.expire(10, 10)).isFalse();
    assertThat(table.expire(11, 10)).isTrue();
    assertThat(table.take(12, FlowReport.full(1, 3, List.of(new FlowDemand(3, 100))))).isFalse();
    assertThat(table.take(12, FlowReport.changes(1, 6, List.of(new FlowDemand(3, 100))))).isTrue();
  }

  @Test
  void shouldBoundItsMemoryOfRanges() {
    CompleteRanges ranges = new CompleteRanges();
    for (int step = 0; step < 10_000; step++) {
      ranges.add(2 * step, 2 * step + 1, 1 + step % 7);
    }
    ranges.add(0, FlowReport.ALL, 9);
    assertThat(ranges.newest(1_234)).isEqualTo(9);
    assertThat(ranges.newest(-1)).isEqualTo(Long.MIN_VALUE);
  }
}
