package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;

/** What a loaded machine may do to a verdict, and what it may not. */
final class Machine {
  /** Reasons that say that the machine was too slow, not that Kollaps did something wrong. */
  private static final Set<String> SLOW =
      Set.of(
          "event-late",
          "fabric-late",
          "sharing-late",
          "host-starved",
          "host-steal",
          "share-missed",
          "device-drops");

  private Machine() {}

  /** A run that came to its end: whatever lessens its verdict is the machine's slowness. */
  static void expectEnd(Finished run, Results results) throws Exception {
    assertThat(results.folder().resolve("verdict.json")).as(run.shown()).exists();
    assertThat(results.verdict().path("end").asString()).as(run.shown()).isEqualTo("completed");
    assertThat(results.reasons("INVALID")).as(run.shown()).isSubsetOf(SLOW);
    assertThat(results.reasons("DEGRADED")).as(run.shown()).isSubsetOf(SLOW);
    expectCode(run, results);
  }

  /** True when the verdict says that others used the processors meanwhile. */
  static boolean taken(Results results) throws Exception {
    return results.reasons("DEGRADED").stream()
        .anyMatch(code -> code.equals("host-starved") || code.equals("host-steal"));
  }

  /** A look at the results of a run that a machine without processors cannot pass. */
  @FunctionalInterface
  interface Look {
    void at(Results results) throws Exception;
  }

  /**
   * Looks at results; false when they are not as they should be and the verdict says that others
   * used the processors meanwhile, so that another attempt is worth it.
   */
  static boolean passes(Results results, Look look) throws Exception {
    try {
      look.at(results);
      return true;
    } catch (AssertionError e) {
      if (!taken(results)) {
        throw e;
      }
      Figures.saw(
          "not as it should be, but others used the processors: %s; %s",
          results.summary(), String.valueOf(e.getMessage()).replace('\n', ' '));
      return false;
    }
  }

  /** The exit code says the verdict. */
  static void expectCode(Finished run, Results results) throws Exception {
    int expected =
        switch (results.grade()) {
          case "PASS" -> 0;
          case "DEGRADED" -> 3;
          case "INVALID" -> 4;
          default -> throw new AssertionError("unknown verdict " + results.grade());
        };
    assertThat(run.exitCode()).as(run.shown()).isEqualTo(expected);
    assertThat(results.folder().resolve("report.html")).isNotEmptyFile();
  }
}
