package io.kollaps.emulation.exchange;

import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.FlowReport.FlowDemand;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/**
 * Takes the pieces that other parts' nodes send to one part, and lets through what they may say:
 * reports of this attempt, by the part that the sending node runs, about flows that start there.
 * Nothing of a piece with anything else in it is let through. Not safe for use by several threads.
 */
public final class ReportInbox {
  private final long attempt;
  private final int self;
  private final int[] partOfEndpoint;
  private final BitSet gone = new BitSet();
  private long refused;

  /**
   * An inbox.
   *
   * @param attempt this attempt at the run
   * @param self number of the part that it belongs to
   * @param partOfEndpoint the part that runs each endpoint, by endpoint index
   */
  public ReportInbox(long attempt, int self, int[] partOfEndpoint) {
    this.attempt = attempt;
    this.self = self;
    this.partOfEndpoint = partOfEndpoint.clone();
  }

  /**
   * Takes a piece.
   *
   * @param fromPart the part that the sending node runs
   * @param piece what it sent
   * @return what it says; empty when it does not count
   */
  public Optional<FlowReport> take(int fromPart, ByteBuffer piece) {
    if (ReportCodec.read(piece) instanceof ReportCodec.Read read) {
      if (read.attempt() == attempt
          && fromPart != self
          && read.report().part() == fromPart
          && !gone.get(fromPart)
          && read.report().flows().stream().allMatch(flow -> startsAt(fromPart, flow))) {
        return Optional.of(read.report());
      }
    }
    refused++;
    return Optional.empty();
  }

  /** A part is gone from this attempt for good: what it sent before may still come. */
  public void gone(int part) {
    gone.set(part);
  }

  private boolean startsAt(int part, FlowDemand flow) {
    int count = partOfEndpoint.length;
    return flow.pathId() / count < count && partOfEndpoint[flow.pathId() / count] == part;
  }

  /** Pieces that did not count so far. */
  public long refused() {
    return refused;
  }
}
