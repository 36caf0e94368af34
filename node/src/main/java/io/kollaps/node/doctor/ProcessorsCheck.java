package io.kollaps.node.doctor;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Counts processors and looks how much of them is free and how much the hypervisor takes, now. */
final class ProcessorsCheck implements Check {
  /** How long the machine is watched. */
  static final Duration WATCHED = Duration.ofMillis(300);

  /** Stolen time above which measurements are not to be trusted. */
  static final double MOST_STOLEN_PERCENT = 5;

  /** Other work above which a fabric thread has to wait for its turn. */
  static final double MOST_BUSY_PERCENT = 80;

  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STOLEN = 7;

  /** Fields of the line cpu that add up; what follows is counted in them already (proc(5)). */
  private static final int ADDING_UP = 8;

  private final Machine machine;

  ProcessorsCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String name() {
    return "processors";
  }

  @Override
  public CheckResult run() throws InterruptedException {
    int count = machine.processors();
    Optional<long[]> before = ticks();
    machine.pause(WATCHED);
    Optional<long[]> after = ticks();
    String processors = count == 1 ? "1 processor" : count + " processors";
    if (before.isEmpty() || after.isEmpty()) {
      return count > 1
          ? CheckResult.ok(name(), processors + "; /proc/stat does not tell how busy they are")
          : single(processors);
    }
    long[] spent = new long[ADDING_UP];
    Arrays.setAll(spent, i -> Math.max(0, after.get()[i] - before.get()[i]));
    double all = Math.max(1, Arrays.stream(spent).sum());
    double stolen = 100.0 * spent[STOLEN] / all;
    double busy = 100.0 * (all - spent[IDLE] - spent[WAITING] - spent[STOLEN]) / all;
    String detail =
        String.format(
            Locale.ROOT,
            "%s; now %.0f %% busy, %.1f %% stolen by the hypervisor",
            processors,
            busy,
            stolen);
    if (count == 1) {
      return single(detail);
    }
    if (stolen > MOST_STOLEN_PERCENT) {
      return CheckResult.missing(
          name(),
          detail,
          "packets leave late when the hypervisor takes the processor away; a run may end DEGRADED",
          "run when the physical machine is quiet, or on one with dedicated processors");
    }
    if (busy > MOST_BUSY_PERCENT) {
      return CheckResult.missing(
          name(),
          detail,
          "programs and the fabric compete with other work; a run may end DEGRADED",
          "stop what keeps the machine busy: top shows it");
    }
    return CheckResult.ok(name(), detail);
  }

  private CheckResult single(String detail) {
    return CheckResult.missing(
        name(),
        detail,
        "the fabric and the programs share it: times are coarse and rates above some 100 Mbit/s are not reached",
        "give the machine two processors or more");
  }

  /** The first eight counters of the line cpu in /proc/stat. */
  private Optional<long[]> ticks() {
    return machine
        .read("/proc/stat")
        .flatMap(text -> text.lines().filter(line -> line.startsWith("cpu ")).findFirst())
        .map(line -> line.substring(4).strip().split("\\s+", -1))
        .filter(fields -> fields.length >= ADDING_UP)
        .map(fields -> Arrays.stream(fields).limit(ADDING_UP).mapToLong(Long::parseLong).toArray());
  }
}
