package io.kollaps.node.report;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.Figures;
import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.NodeResult;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Plain-text tables of a judged run, for the terminal. Columns are as wide as their widest cell;
 * control characters in names are shown as '?', so that a name cannot steer the terminal.
 */
public final class ResultTables {
  /** Rows of one table at most; the report and the files hold the rest. */
  public static final int MAX_ROWS = 20;

  private static final int MAX_CELL_CHARS = 60;

  /** How text is marked. */
  public enum Style {
    /** Not at all. */
    PLAIN,
    /** With ANSI colours. */
    ANSI
  }

  private final RunOutcome outcome;
  private final Style style;
  private final StringBuilder out = new StringBuilder();

  private ResultTables(RunOutcome outcome, Style style) {
    this.outcome = outcome;
    this.style = style;
  }

  /**
   * The end of a run as a person reads it: flows, events, failed programs, verdict, where the
   * report is. Ends with a line end.
   *
   * @param outcome a judged run
   * @param report where the page is
   * @param style how it is marked
   */
  public static String render(RunOutcome outcome, Path report, Style style) {
    ResultTables tables = new ResultTables(outcome, style);
    tables.flows();
    tables.events();
    tables.programs();
    tables.nodes();
    tables.verdict();
    tables.out.append("Report: ").append(plain(report.toString())).append('\n');
    return tables.out.toString();
  }

  private void flows() {
    List<String[]> rows = new ArrayList<>();
    List<FlowSummary> flows = outcome.observations().flows();
    for (FlowSummary flow : first(flows)) {
      rows.add(
          new String[] {
            cell(flow.from()) + " -> " + cell(flow.to()),
            Figures.seconds(flow.activeNanos()),
            Figures.rate(flow.grantedBitsPerSecond()),
            Figures.rate(flow.measuredBitsPerSecond()),
            flow.errorPercent().isPresent()
                ? Figures.signedPercent(flow.errorPercent().getAsDouble())
                : "-",
            Long.toString(flow.droppedPackets())
          });
    }
    table(
        new String[] {"Flow", "#active", "#granted", "#measured", "#error", "#dropped"},
        rows,
        flows.size());
  }

  private void events() {
    List<String[]> rows = new ArrayList<>();
    List<EventRecord> events = outcome.observations().events();
    for (EventRecord event : first(events)) {
      rows.add(
          new String[] {
            cell(event.kind() + " " + event.subject()),
            Figures.seconds(event.plannedNanos()),
            Figures.seconds(event.actualNanos()),
            Figures.time(event.latenessNanos()),
            event.failure().map(why -> "failed: " + cell(why)).orElse("ok")
          });
    }
    table(
        new String[] {"Event", "#planned", "#actual", "#lateness", "outcome"}, rows, events.size());
  }

  private void programs() {
    RunObservations seen = outcome.observations();
    List<ProgramRecord> failed =
        seen.programs().stream().filter(p -> p.failedByItself() || p.neverRan()).toList();
    List<String[]> rows = new ArrayList<>();
    for (ProgramRecord program : first(failed)) {
      rows.add(
          new String[] {
            cell(program.endpoint()),
            program.exitCode().isPresent() ? Integer.toString(program.exitCode().getAsInt()) : "-",
            cell(program.cause().words())
          });
    }
    table(new String[] {"Failed program", "#exit code", "cause"}, rows, failed.size());
  }

  private void nodes() {
    List<NodeResult> nodes = outcome.observations().nodes();
    List<String[]> rows = new ArrayList<>();
    for (NodeResult node : first(nodes)) {
      rows.add(
          new String[] {
            cell(node.name()),
            node.grade().map(Enum::name).orElse("missing"),
            node.startLatenessNanos().isPresent()
                ? Figures.time(node.startLatenessNanos().getAsLong())
                : "-",
            Figures.time(node.clockBoundNanos()),
            Figures.bytes(node.sentBytesPerSecond()) + "/s"
          });
    }
    table(
        new String[] {"Node", "verdict", "#start", "#clock within", "#told others"},
        rows,
        nodes.size());
  }

  private void verdict() {
    Verdict verdict = outcome.verdict();
    String colour =
        switch (verdict.grade()) {
          case PASS -> "32";
          case DEGRADED -> "33";
          case INVALID -> "31";
        };
    out.append("Verdict: ").append(marked(verdict.grade().name(), "1;" + colour)).append('\n');
    for (Verdict.Reason reason : verdict.reasons()) {
      String level = reason.level() == Verdict.Level.INFO ? "note" : reason.level().name();
      out.append("  ")
          .append(level)
          .append(": ")
          .append(plain(reason.message()))
          .append(' ')
          .append(marked("[" + reason.code() + "]", "2"))
          .append('\n');
      if (reason.level() != Verdict.Level.INFO && !reason.remedy().isEmpty()) {
        out.append("    -> ").append(plain(reason.remedy())).append('\n');
      }
    }
  }

  private void table(String[] heads, List<String[]> rows, int total) {
    if (rows.isEmpty()) {
      return;
    }
    int[] widths = new int[heads.length];
    boolean[] right = new boolean[heads.length];
    String[] names = new String[heads.length];
    for (int i = 0; i < heads.length; i++) {
      right[i] = heads[i].startsWith("#");
      names[i] = right[i] ? heads[i].substring(1) : heads[i];
      widths[i] = width(names[i]);
      for (String[] row : rows) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    out.append(marked(line(names, widths, right), "1")).append('\n');
    rows.forEach(row -> out.append(line(row, widths, right)).append('\n'));
    if (total > rows.size()) {
      out.append("and ").append(total - rows.size()).append(" more, see the report\n");
    }
    out.append('\n');
  }

  private static String line(String[] cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String padding = " ".repeat(widths[i] - width(cells[i]));
      line.append(i == 0 ? "" : "  ");
      line.append(right[i] ? padding + cells[i] : cells[i] + padding);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private String marked(String text, String code) {
    return style == Style.ANSI ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private static String cell(String text) {
    String plain = plain(text);
    return width(plain) <= MAX_CELL_CHARS
        ? plain
        : plain.substring(0, plain.offsetByCodePoints(0, MAX_CELL_CHARS - 3)) + "...";
  }

  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              boolean steers = type == Character.CONTROL || type == Character.FORMAT;
              plain.appendCodePoint(steers ? '?' : c);
            });
    return plain.toString();
  }

  private static <T> List<T> first(List<T> rows) {
    return rows.subList(0, Math.min(MAX_ROWS, rows.size()));
  }
}
