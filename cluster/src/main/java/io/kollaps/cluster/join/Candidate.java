package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import java.util.OptionalLong;

/** A node on its way in, as the leader knows it. */
final class Candidate {
  private final Applicant applicant;
  private final long attempt;
  private final Secret lease;
  private long heardAtNanos;
  private Stage stage = Stage.WAITING;
  private String reason = "";
  private OptionalLong probe = OptionalLong.empty();
  private long write;

  /** How far it is. */
  enum Stage {
    /** Others are before it. */
    WAITING,
    /** Its place in the map is searched. */
    MEASURING,
    /** It is in the map, its records are not safe yet. */
    MEASURED,
    /** Its admission is being decided. */
    ADMITTING,
    /** It is a member and may not know yet. */
    ADMITTED,
    /** It is over; another try may do. */
    FAILED,
    /** It is over for good. */
    REFUSED
  }

  Candidate(Applicant applicant, long attempt, Secret lease, long nowNanos) {
    this.applicant = applicant;
    this.attempt = attempt;
    this.lease = lease;
    this.heardAtNanos = nowNanos;
  }

  Applicant applicant() {
    return applicant;
  }

  NodeId id() {
    return applicant.id();
  }

  String name() {
    return applicant.member().name();
  }

  long attempt() {
    return attempt;
  }

  Secret lease() {
    return lease;
  }

  void heard(long nowNanos) {
    heardAtNanos = Math.max(heardAtNanos, nowNanos);
  }

  boolean silent(long nowNanos, long leaseNanos) {
    return nowNanos - heardAtNanos > leaseNanos;
  }

  Stage stage() {
    return stage;
  }

  void enter(Stage next) {
    stage = next;
    probe = OptionalLong.empty();
  }

  void end(Stage last, String why) {
    enter(last);
    reason = why;
  }

  /** True while it is the node itself that runs the probes of its join, and asks for them. */
  boolean joining() {
    return stage.compareTo(Stage.MEASURED) < 0;
  }

  /** Its records are in this write. */
  void writtenBy(long number) {
    write = number;
  }

  /** True when the write that has its records is this one. */
  boolean isWrittenBy(long number) {
    return stage == Stage.MEASURED && write == number;
  }

  /** Why it is over. */
  String reason() {
    return reason;
  }

  /** The probe that it is to run. */
  OptionalLong probe() {
    return probe;
  }

  void measureBy(long number) {
    stage = Stage.MEASURING;
    probe = OptionalLong.of(number);
  }
}
