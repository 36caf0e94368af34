package io.kollaps.node.doctor;

import java.util.List;
import java.util.Optional;

/**
 * What works on this machine. Its components are the fields of {@code doctor --json}.
 *
 * @param fabrics every fabric of this version, the preferred one first
 * @param chosen name of the fabric that a run takes when none is asked for; empty (null in JSON)
 *     when none can be used
 * @param checks every check once, those that fabrics need first
 */
public record DoctorReport(
    List<FabricStatus> fabrics, Optional<String> chosen, List<CheckResult> checks) {
  /** Copies the lists. */
  public DoctorReport {
    fabrics = List.copyOf(fabrics);
    checks = List.copyOf(checks);
  }

  /** The report for people: fabrics, one line for each check, then what to do. */
  public String toText() {
    return ReportText.of(this);
  }
}
