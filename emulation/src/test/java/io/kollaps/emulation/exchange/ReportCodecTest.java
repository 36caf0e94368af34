package io.kollaps.emulation.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.emulation.DemandScale;
import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.FlowReport.FlowDemand;
import io.kollaps.emulation.FlowTable;
import io.kollaps.emulation.exchange.ReportCodec.Malformed;
import io.kollaps.emulation.exchange.ReportCodec.Read;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReportCodecTest {
  private static FlowReport random(SplittableRandom random) {
    TreeSet<Integer> paths = new TreeSet<>();
    int count = random.nextInt(1 << random.nextInt(12));
    int bound = random.nextBoolean() ? 25_600 : FlowReport.ALL;
    for (int flow = 0; flow < count; flow++) {
      paths.add(random.nextInt(bound));
    }
    List<FlowDemand> flows = new ArrayList<>();
    for (int path : paths) {
      long number = random.nextLong(DemandScale.LARGEST) >>> random.nextInt(63);
      long demand =
          switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> FlowTable.UNLIMITED;
            default -> DemandScale.roundUp(number);
          };
      flows.add(new FlowDemand(path, demand));
    }
    int part = random.nextInt(1 << random.nextInt(1, 31));
    long sequence = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
    return random.nextBoolean()
        ? FlowReport.full(part, sequence, flows)
        : FlowReport.changes(part, sequence, flows);
  }

  @Test
  void shouldReadWhatItWroteInPiecesThatFit() {
    for (long seed = 1; seed <= 3_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FlowReport report = random(random);
      long attempt = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
      int maxBytes = random.nextInt(ReportCodec.MIN_PIECE_BYTES, ReportCodec.MAX_PIECE_BYTES + 1);
      List<FlowDemand> flows = new ArrayList<>();
      int end = 0;
      for (byte[] piece : ReportCodec.write(attempt, report, maxBytes)) {
        assertThat(piece.length).as("seed %d", seed).isLessThanOrEqualTo(maxBytes);
        ByteBuffer wrapped = ByteBuffer.wrap(piece);
        assertThat(ReportCodec.read(wrapped)).as("seed %d", seed).isInstanceOf(Read.class);
        Read read = (Read) ReportCodec.read(wrapped);
        assertThat(read.attempt()).isEqualTo(attempt);
        assertThat(read.report().part()).isEqualTo(report.part());
        assertThat(read.report().sequence()).isEqualTo(report.sequence());
        assertThat(read.report().completes()).isEqualTo(report.full());
        if (report.full()) {
          // The ranges follow one another, each with its flows.
          assertThat(read.report().completeFrom()).as("seed %d", seed).isEqualTo(end);
          end = read.report().completeTo();
          for (FlowDemand flow : read.report().flows()) {
            assertThat(flow.pathId()).isBetween(read.report().completeFrom(), end - 1);
          }
        }
        flows.addAll(read.report().flows());
      }
      assertThat(flows).as("seed %d", seed).isEqualTo(report.flows());
      assertThat(end).isEqualTo(report.full() ? FlowReport.ALL : 0);
    }
  }

  @Test
  void shouldTakeTwoBytesForAGreedyFlowAndFourForALimitedOne() {
    List<FlowDemand> greedy = new ArrayList<>();
    List<FlowDemand> limited = new ArrayList<>();
    for (int flow = 0; flow < 20; flow++) {
      greedy.add(new FlowDemand(160 * flow + 100, FlowTable.UNLIMITED));
      limited.add(new FlowDemand(160 * flow + 100, 1_234_000));
    }
    // Head, attempt, part, number; and for a full one the range from 0 to the end.
    assertThat(ReportCodec.write(0, FlowReport.changes(3, 100, greedy)))
        .singleElement()
        .satisfies(piece -> assertThat(piece).hasSize(4 + 2 * 20));
    assertThat(ReportCodec.write(0, FlowReport.full(3, 100, greedy)))
        .singleElement()
        .satisfies(piece -> assertThat(piece).hasSize(4 + 6 + 2 * 20));
    assertThat(ReportCodec.write(0, FlowReport.changes(3, 100, limited)))
        .singleElement()
        .satisfies(piece -> assertThat(piece).hasSize(4 + 4 * 20));
  }

  @Test
  void shouldRoundDemandsThatAreNotOnTheScaleUp() {
    byte[] piece =
        ReportCodec.write(0, FlowReport.changes(1, 1, List.of(new FlowDemand(5, 999_999_999))))
            .getFirst();
    Read read = (Read) ReportCodec.read(ByteBuffer.wrap(piece));
    assertThat(read.report().flows())
        .containsExactly(new FlowDemand(5, DemandScale.roundUp(999_999_999)));
  }

  @Test
  void shouldRefuseToWriteWhatCannotBe() {
    List<FlowDemand> twice = List.of(new FlowDemand(5, 1), new FlowDemand(5, 2));
    assertThatThrownBy(() -> ReportCodec.write(0, FlowReport.full(1, 1, twice)))
        .hasMessageContaining("path 5 twice");
    FlowReport outside = new FlowReport(1, 1, 10, 20, List.of(new FlowDemand(20, 1)));
    assertThatThrownBy(() -> ReportCodec.write(0, outside)).hasMessageContaining("path 20");
    FlowReport empty = FlowReport.full(1, 1, List.of());
    assertThatThrownBy(() -> ReportCodec.write(-1, empty)).hasMessageContaining("-1");
    assertThatThrownBy(() -> ReportCodec.write(0, empty, 63)).hasMessageContaining("63");
    assertThatThrownBy(() -> ReportCodec.write(0, empty, 1_101)).hasMessageContaining("1101");
  }

  /** Any bytes are answered, and what is read means the same when it is written and read again. */
  @Test
  void shouldAnswerAnyBytes() {
    int accepted = 0;
    for (long seed = 1; seed <= 200_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = damaged(random);
      switch (ReportCodec.read(ByteBuffer.wrap(bytes))) {
        case Malformed malformed -> assertThat(malformed.reason()).isNotBlank();
        case Read read -> {
          accepted++;
          assertThat(read.report().flows().size()).isLessThanOrEqualTo(bytes.length);
          byte[] again = ReportCodec.write(read.attempt(), read.report()).getFirst();
          assertThat(again).as("seed %d", seed).isEqualTo(bytes);
        }
      }
    }
    assertThat(accepted).isBetween(1_000, 150_000);
  }

  private static byte[] damaged(SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      byte[] bytes = new byte[random.nextInt(1_300)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = (byte) (16 + random.nextInt(2));
      }
      return bytes;
    }
    List<FlowDemand> flows = new ArrayList<>();
    for (int flow = 0; flow < random.nextInt(20); flow++) {
      flows.add(new FlowDemand(flow * 37, random.nextInt(2) * (1L << random.nextInt(40))));
    }
    byte[] piece = ReportCodec.write(1, FlowReport.full(2, 3, flows)).getFirst();
    for (int change = random.nextInt(3); change > 0; change--) {
      piece[random.nextInt(piece.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(piece, random.nextInt(piece.length + 3)) : piece;
  }

  @Test
  void shouldLetThroughOnlyWhatAPartMaySay() {
    // Endpoints 0 and 2 at part 0, 1 and 3 at part 1.
    ReportInbox inbox = new ReportInbox(7, 0, new int[] {0, 1, 0, 1});
    FlowDemand own = new FlowDemand(4 + 2, 1_000);
    FlowDemand foreign = new FlowDemand(2 * 4, 1_000);
    FlowDemand beyond = new FlowDemand(16, 1_000);
    FlowReport good = FlowReport.full(1, 9, List.of(own));
    assertThat(inbox.take(1, piece(7, good))).contains(good);
    assertThat(inbox.refused()).isZero();
    assertThat(inbox.take(1, piece(6, good))).as("older attempt").isEmpty();
    assertThat(inbox.take(2, piece(7, good))).as("for another part").isEmpty();
    assertThat(inbox.take(0, piece(7, FlowReport.full(0, 9, List.of())))).as("self").isEmpty();
    assertThat(inbox.take(1, piece(7, FlowReport.full(1, 9, List.of(own, foreign))))).isEmpty();
    assertThat(inbox.take(1, piece(7, FlowReport.full(1, 9, List.of(beyond))))).isEmpty();
    assertThat(inbox.take(1, ByteBuffer.allocate(3))).isEmpty();
    inbox.gone(1);
    assertThat(inbox.take(1, piece(7, good))).as("gone").isEmpty();
    assertThat(inbox.refused()).isEqualTo(7);
  }

  private static ByteBuffer piece(long attempt, FlowReport report) {
    return ByteBuffer.wrap(ReportCodec.write(attempt, report).getFirst());
  }
}
