package io.kollaps.node.doctor;

/** One thing to find out about this machine. */
public interface Check {
  /** Short name, the same in every report; checks of the same name are the same check. */
  String name();

  /**
   * Finds out, by trying where that is possible, and removes what it made.
   *
   * @throws Exception when the check itself cannot be done; the doctor reports it as not ok
   */
  CheckResult run() throws Exception;
}
