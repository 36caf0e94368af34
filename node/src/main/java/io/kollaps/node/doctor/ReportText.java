package io.kollaps.node.doctor;

import java.util.List;

/** Writes a report for people. */
final class ReportText {
  private static final String OK = "ok";
  private static final String MISSING = "missing";

  private ReportText() {}

  static String of(DoctorReport report) {
    StringBuilder text = new StringBuilder();
    int width = width(report);
    for (FabricStatus fabric : report.fabrics()) {
      String label = "fabric " + fabric.name();
      boolean chosen = report.chosen().filter(fabric.name()::equals).isPresent();
      String detail =
          fabric.usable()
              ? chosen ? "usable, and what a run takes" : "usable"
              : "not usable: " + String.join("; ", fabric.missing());
      line(text, width, label, fabric.usable(), detail);
    }
    if (report.chosen().isEmpty()) {
      text.append("No fabric can be used: a run cannot start on this machine.\n");
    }
    text.append('\n');
    for (CheckResult check : report.checks()) {
      line(text, width, check.name(), check.ok(), check.detail());
    }
    remedies(text, report.checks().stream().filter(check -> !check.ok()).toList());
    return text.toString();
  }

  private static int width(DoctorReport report) {
    int checks = report.checks().stream().mapToInt(c -> c.name().length()).max().orElse(0);
    int fabrics = report.fabrics().stream().mapToInt(f -> f.name().length() + 7).max().orElse(0);
    return Math.max(checks, fabrics);
  }

  private static void line(StringBuilder text, int width, String label, boolean ok, String detail) {
    text.append(label).append(" ".repeat(width - label.length() + 2));
    String word = ok ? OK : MISSING;
    text.append(word).append(" ".repeat(MISSING.length() - word.length() + 2));
    text.append(detail.replaceAll("\\s+", " ").strip()).append('\n');
  }

  private static void remedies(StringBuilder text, List<CheckResult> missing) {
    if (missing.isEmpty()) {
      return;
    }
    text.append("\nWhat is missing means:\n");
    for (CheckResult check : missing) {
      text.append("  ").append(check.name()).append(": ").append(check.effect()).append('\n');
      if (!check.remedy().isEmpty()) {
        text.append("    to mend it: ").append(check.remedy()).append('\n');
      }
    }
  }
}
