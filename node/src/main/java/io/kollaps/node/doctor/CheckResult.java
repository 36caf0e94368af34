package io.kollaps.node.doctor;

/**
 * What a check found.
 *
 * @param name short name of the check, stable
 * @param ok true when a run lacks nothing here
 * @param detail what was tried and what came back
 * @param effect what it means for a run; empty when ok
 * @param remedy the command, package or setting that mends it; empty when there is nothing to mend
 */
public record CheckResult(String name, boolean ok, String detail, String effect, String remedy) {
  /** All is well. */
  public static CheckResult ok(String name, String detail) {
    return new CheckResult(name, true, detail, "", "");
  }

  /** Something lacks. */
  public static CheckResult missing(String name, String detail, String effect, String remedy) {
    return new CheckResult(name, false, detail, effect, remedy);
  }
}
