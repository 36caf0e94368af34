package io.kollaps.emulation.exchange;

import io.kollaps.emulation.DemandScale;
import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.FlowReport.FlowDemand;
import io.kollaps.emulation.FlowTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reports about flows as bytes, in pieces that each fit into a datagram and stand for themselves:
 * the pieces of a full report divide the path ids among them, and each names all flows of its
 * range, so that any of them may be lost, repeated, or come in another order.
 *
 * <p>A piece, where numbers are varints (7 bits a byte, low ones first):
 *
 * <pre>
 * 1 byte   format (high 4 bits), 1 when a range follows (low 4 bits)
 * varint   attempt at the run: numbers of reports begin anew with each
 * varint   part
 * varint   sequence
 * varint   first path id of the range, varint its length: only with a range
 * for each flow, in order of path ids, to the end:
 *   varint   4 * (path id - the one before - 1) + kind: 0 ended, 1 wants all, 2 a number
 *   2 bytes  the number's code on {@link DemandScale}, big-endian: only with a number
 * </pre>
 *
 * <p>The path id before the first is -1, or that before the range's first. A flow that wants all it
 * can get takes 1 to 5 bytes, most often 2; one with a number 2 more.
 */
public final class ReportCodec {
  /** Format that this class writes and reads. */
  public static final int FORMAT = 1;

  /**
   * Longest piece: with UDP/IP headers, seal, run and kind in front it stays below 1200 bytes,
   * which pass every network unfragmented.
   */
  public static final int MAX_PIECE_BYTES = 1_100;

  /** Shortest {@code maxBytes}: a longest header and a longest flow. */
  public static final int MIN_PIECE_BYTES = 64;

  private static final int WITH_RANGE = 1;
  private static final int ENDED = 0;
  private static final int GREEDY = 1;
  private static final int NUMBER = 2;

  private ReportCodec() {}

  /** What reading a piece came to. */
  public sealed interface Result {}

  /**
   * A well-formed piece.
   *
   * @param attempt attempt at the run that it belongs to
   * @param report what it says
   */
  public record Read(long attempt, FlowReport report) implements Result {}

  /**
   * Something else.
   *
   * @param reason what is wrong with it
   */
  public record Malformed(String reason) implements Result {}

  /** Writes a report in pieces of at most {@link #MAX_PIECE_BYTES}; see the other. */
  public static List<byte[]> write(long attempt, FlowReport report) {
    return write(attempt, report, MAX_PIECE_BYTES);
  }

  /**
   * Writes a report.
   *
   * @param attempt attempt at the run, at least 0
   * @param report demands as on {@link DemandScale}; others are rounded up
   * @param maxBytes longest piece, {@link #MIN_PIECE_BYTES} to {@link #MAX_PIECE_BYTES}
   * @return pieces, one at least, in order of path ids
   * @throws IllegalArgumentException when a number is negative, a path named twice or, in a report
   *     with a range, outside of it
   */
  public static List<byte[]> write(long attempt, FlowReport report, int maxBytes) {
    if (attempt < 0 || report.part() < 0 || report.sequence() < 0) {
      throw new IllegalArgumentException(
          "attempt, part and number of a report are 0 or more, not "
              + attempt
              + ", "
              + report.part()
              + " and "
              + report.sequence());
    }
    if (maxBytes < MIN_PIECE_BYTES || maxBytes > MAX_PIECE_BYTES) {
      throw new IllegalArgumentException(
          "a piece has "
              + MIN_PIECE_BYTES
              + " to "
              + MAX_PIECE_BYTES
              + " bytes at most, not "
              + maxBytes);
    }
    List<FlowDemand> flows = new ArrayList<>(report.flows());
    flows.sort(Comparator.comparingInt(FlowDemand::pathId));
    check(report, flows);
    List<byte[]> pieces = new ArrayList<>();
    int from = report.completeFrom();
    int first = 0;
    do {
      // The range of a piece that is not the last ends where the next piece begins, which is known
      // only when it is full: the header is written last, into room kept for it.
      Piece piece = new Piece(report, maxBytes - headerBytes(attempt, report, from), from - 1);
      int next = piece.fill(flows, first);
      int to = next == flows.size() ? report.completeTo() : flows.get(next).pathId();
      pieces.add(piece.bytes(attempt, report, from, to));
      from = to;
      first = next;
    } while (first < flows.size());
    return pieces;
  }

  private static void check(FlowReport report, List<FlowDemand> sorted) {
    long before = report.completes() ? report.completeFrom() - 1L : -1;
    long end = report.completes() ? report.completeTo() : FlowReport.ALL;
    for (FlowDemand flow : sorted) {
      if (flow.pathId() <= before || flow.pathId() >= end || flow.demandBitsPerSecond() < 0) {
        throw new IllegalArgumentException(
            "a report names path "
                + flow.pathId()
                + " twice, outside of its range, or with a negative demand");
      }
      before = flow.pathId();
    }
  }

  private static int headerBytes(long attempt, FlowReport report, int from) {
    int fixed =
        1 + Varint.bytes(attempt) + Varint.bytes(report.part()) + Varint.bytes(report.sequence());
    return report.completes()
        ? fixed + Varint.bytes(from) + Varint.bytes(report.completeTo() - (long) from)
        : fixed;
  }

  /** The flows of one piece. */
  private static final class Piece {
    private final ByteBuffer body;
    private long before;

    Piece(FlowReport report, int room, int beforeRange) {
      body = ByteBuffer.allocate(room);
      before = report.completes() ? beforeRange : -1;
    }

    /** Takes flows from an index on while they fit; the index of the first that does not. */
    int fill(List<FlowDemand> flows, int first) {
      for (int at = first; at < flows.size(); at++) {
        if (!add(flows.get(at))) {
          return at;
        }
      }
      return flows.size();
    }

    private boolean add(FlowDemand flow) {
      long demand = DemandScale.roundUp(flow.demandBitsPerSecond());
      int kind = demand == 0 ? ENDED : demand == FlowTable.UNLIMITED ? GREEDY : NUMBER;
      long gap = 4 * (flow.pathId() - before - 1) + kind;
      int bytes = Varint.bytes(gap) + (kind == NUMBER ? Short.BYTES : 0);
      if (bytes > body.remaining()) {
        return false;
      }
      Varint.put(body, gap);
      if (kind == NUMBER) {
        body.putShort((short) DemandScale.code(demand));
      }
      before = flow.pathId();
      return true;
    }

    byte[] bytes(long attempt, FlowReport report, int from, int to) {
      boolean ranged = report.completes();
      ByteBuffer all = ByteBuffer.allocate(headerBytes(attempt, report, from) + body.position());
      all.put((byte) ((FORMAT << 4) | (ranged ? WITH_RANGE : 0)));
      Varint.put(all, attempt);
      Varint.put(all, report.part());
      Varint.put(all, report.sequence());
      if (ranged) {
        Varint.put(all, from);
        Varint.put(all, to - (long) from);
      }
      all.put(body.flip());
      byte[] written = new byte[all.position()];
      all.flip().get(written);
      return written;
    }
  }

  /**
   * Reads a piece. Whatever it holds, the answer is a value, never an exception; the work is at
   * most proportional to its length.
   *
   * @param piece from its position to its limit, which are left as they are
   */
  public static Result read(ByteBuffer piece) {
    ByteBuffer in = piece.slice();
    if (in.remaining() > MAX_PIECE_BYTES) {
      return new Malformed("it has " + in.remaining() + " bytes, more than " + MAX_PIECE_BYTES);
    }
    if (!in.hasRemaining()) {
      return new Malformed("it is empty");
    }
    int head = Byte.toUnsignedInt(in.get());
    if (head >> 4 != FORMAT || (head & 15) > WITH_RANGE) {
      return new Malformed("it has format " + (head >> 4) + ", this node knows " + FORMAT);
    }
    boolean ranged = (head & WITH_RANGE) != 0;
    long attempt = Varint.get(in);
    long part = Varint.get(in);
    long sequence = Varint.get(in);
    long from = ranged ? Varint.get(in) : 0;
    long length = ranged ? Varint.get(in) : 0;
    if (attempt < 0 || part < 0 || part > Integer.MAX_VALUE || sequence < 0) {
      return new Malformed("its attempt, part or number is none");
    }
    if (from < 0 || length < 0 || from > FlowReport.ALL || length > FlowReport.ALL - from) {
      return new Malformed("its range of paths is none");
    }
    if (ranged && length == 0) {
      return new Malformed("its range of paths is empty");
    }
    long end = ranged ? from + length : FlowReport.ALL;
    List<FlowDemand> flows = new ArrayList<>();
    long before = from - 1;
    while (in.hasRemaining()) {
      long gap = Varint.get(in);
      if (gap < 0) {
        return new Malformed("a flow ends early");
      }
      long path = before + 1 + (gap >> 2);
      if (path >= end) {
        return new Malformed("path " + path + " is outside of its range");
      }
      long demand = demand((int) (gap & 3), in);
      if (demand < 0) {
        return new Malformed("the demand of path " + path + " is none");
      }
      flows.add(new FlowDemand((int) path, demand));
      before = path;
    }
    return new Read(
        attempt, new FlowReport((int) part, sequence, (int) from, (int) (from + length), flows));
  }

  private static long demand(int kind, ByteBuffer in) {
    return switch (kind) {
      case ENDED -> 0;
      case GREEDY -> FlowTable.UNLIMITED;
      case NUMBER -> {
        long number =
            in.remaining() < Short.BYTES
                ? -1
                : DemandScale.number(Short.toUnsignedInt(in.getShort()));
        // An ended flow has its own kind: what was written has one encoding only.
        yield number == 0 ? -1 : number;
      }
      default -> -1;
    };
  }
}
