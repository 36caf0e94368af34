package io.kollaps.node.report;

import io.kollaps.fabric.FabricHealth;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.Figures;
import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.HostHealth;
import io.kollaps.node.results.LatenessSummary;
import io.kollaps.node.results.NodeResult;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.ResultFiles;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunFacts;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.TopologySummary;
import io.kollaps.node.results.Verdict;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** The sections of the page that need no script. */
final class ReportSections {
  /** Rows of a table at most; the files hold the rest. */
  static final int MAX_ROWS = 1000;

  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final RunOutcome outcome;
  private final RunObservations seen;
  private final Html html = new Html();

  private ReportSections(RunOutcome outcome) {
    this.outcome = outcome;
    this.seen = outcome.observations();
  }

  /** Everything between the body's begin and the scripts. */
  static String body(RunOutcome outcome, String topologyText, boolean topologyCut) {
    ReportSections sections = new ReportSections(outcome);
    sections.title();
    sections.verdict();
    sections.tiles();
    sections.charts();
    sections.flows();
    sections.events();
    sections.programs();
    sections.health();
    sections.nodes();
    sections.topology(topologyText, topologyCut);
    sections.facts();
    return sections.html.toString();
  }

  private void title() {
    RunFacts facts = seen.facts();
    html.raw("<header><p class=\"over\">Kollaps &middot; report of a run</p><h1>")
        .text(facts.experiment())
        .raw("</h1><p class=\"meta\">")
        .text(START.format(facts.startedAt()))
        .raw(" <i></i> ")
        .text(Figures.seconds(seen.durationNanos()))
        .raw(" <i></i> seed ")
        .text(Long.toString(facts.seed()))
        .raw(" <i></i> fabric ")
        .text(facts.fabric())
        .raw(" <i></i> <span class=\"mono\">")
        .text(facts.runId())
        .raw("</span></p></header>");
  }

  private void verdict() {
    Verdict verdict = outcome.verdict();
    String grade = verdict.grade().name();
    html.raw("<section class=\"verdict ")
        .raw(grade.toLowerCase(Locale.ROOT))
        .raw("\"><div class=\"grade\"><span class=\"badge\">")
        .raw(grade)
        .raw("</span><p>")
        .raw(
            switch (verdict.grade()) {
              case PASS -> "The emulated network was what the file describes.";
              case DEGRADED -> "Read the reasons before you use the numbers.";
              case INVALID -> "Do not use the numbers of this run.";
            })
        .raw("</p></div>");
    if (!verdict.reasons().isEmpty()) {
      html.raw("<ul class=\"reasons\">");
      verdict.reasons().forEach(this::reason);
      html.raw("</ul>");
    }
    html.raw("</section>");
  }

  private void reason(Verdict.Reason reason) {
    String level = reason.level().name();
    html.raw("<li class=\"")
        .raw(level.toLowerCase(Locale.ROOT))
        .raw("\"><span class=\"level\">")
        .raw(level)
        .raw("</span><div><p>")
        .text(reason.message())
        .raw("</p>");
    if (!reason.remedy().isEmpty()) {
      html.raw("<p class=\"remedy\">").text(reason.remedy()).raw("</p>");
    }
    html.raw("</div><span class=\"code mono\">").text(reason.code()).raw("</span></li>");
  }

  private void tiles() {
    double bits = seen.flows().stream().mapToDouble(FlowSummary::carriedBits).sum();
    double worst =
        seen.flows().stream()
            .mapToDouble(f -> Math.abs(f.errorPercent().orElse(0)))
            .max()
            .orElse(0);
    boolean compared = seen.flows().stream().anyMatch(f -> f.errorPercent().isPresent());
    LatenessSummary events = LatenessSummary.of(seen.events());
    html.raw("<section class=\"tiles\">");
    tile("Flows", Integer.toString(seen.flows().size()), Figures.bytes(bits / 8) + " carried");
    tile(
        "Rate error, worst flow",
        compared ? String.format(Locale.ROOT, "%.2f %%", worst) : "\u2013",
        compared ? "measured against share" : "no flow used all of its share");
    tile(
        "Event lateness, p99",
        events.events() == 0 ? "\u2013" : Figures.time(events.p99Nanos()),
        events.events() + " events");
    HealthSummary health = seen.health();
    boolean known = seen.end().kind() != RunEnd.Kind.KILLED;
    tile(
        "Fabric lateness, p99",
        known ? Figures.time(health.fabric().latenessP99Nanos()) : "\u2013",
        known ? "median " + Figures.time(health.fabric().latenessP50Nanos()) : "not known");
    boolean host = health.host().samples() > 0;
    tile(
        "Processors idle",
        host ? Figures.share(health.host().idleShareMean()) : "\u2013",
        host ? "worst second " + Figures.share(health.host().idleShareWorst()) : "not observed");
    html.raw("</section>");
  }

  private void tile(String name, String value, String below) {
    html.raw("<div class=\"tile\"><p class=\"name\">")
        .text(name)
        .raw("</p><p class=\"value\">")
        .text(value)
        .raw("</p><p class=\"below\">")
        .text(below)
        .raw("</p></div>");
  }

  private void charts() {
    if (seen.flows().isEmpty()) {
      return;
    }
    html.raw(
        "<section><h2>Rates</h2><p class=\"lead\">Measured rate (line, with its range where points"
            + " were merged) against the share that the flow was granted (dashed steps).</p>"
            + "<div class=\"card\"><div id=\"legend\" class=\"legend\"></div>"
            + "<div id=\"overview\"></div><p id=\"readout\" class=\"readout\"></p></div>"
            + "<div class=\"tools\"><label>Flows <input id=\"filter\" type=\"search\""
            + " placeholder=\"all, or part of a name\"></label>"
            + "<span id=\"shown\" class=\"dim\"></span>"
            + "<button id=\"more\" type=\"button\">Show more</button></div>"
            + "<div id=\"panels\" class=\"panels\"></div>"
            + "<noscript><p class=\"dim\">The charts need scripts; the tables do not."
            + "</p></noscript></section>");
  }

  private void flows() {
    html.raw("<section><h2>Flows</h2>");
    if (seen.flows().isEmpty()) {
      html.raw("<p class=\"dim\">No endpoint sent anything to another.</p></section>");
      return;
    }
    html.raw("<div class=\"scroll\"><table>")
        .head("From", "To", "#Active", "#Granted", "#Measured", "#Error", "#Settled", "#Dropped")
        .raw("<tbody>");
    for (FlowSummary flow : first(seen.flows())) {
      html.raw("<tr>")
          .cell(flow.from())
          .cell(flow.to())
          .number(Figures.seconds(flow.activeNanos()))
          .number(Figures.rate(flow.grantedBitsPerSecond()))
          .number(Figures.rate(flow.measuredBitsPerSecond()))
          .number(
              flow.errorPercent().isPresent()
                  ? Figures.signedPercent(flow.errorPercent().getAsDouble())
                  : "\u2013")
          .number(Figures.seconds(flow.settledNanos()))
          .number(Long.toString(flow.droppedPackets()))
          .raw("</tr>");
    }
    tableEnd(seen.flows().size(), ResultFiles.VERDICT);
    html.raw(
        "<p class=\"dim\">Granted and measured are means over the active time. The error compares"
            + " them only while the flow used all of a share that had been steady for a second"
            + " (settled). Drops are those of the described network: loss, full queues, cuts.</p>"
            + "</section>");
  }

  private void events() {
    html.raw("<section><h2>Events</h2>");
    if (seen.events().isEmpty()) {
      html.raw("<p class=\"dim\">Nothing happened on the timeline.</p></section>");
      return;
    }
    html.raw("<div class=\"scroll\"><table>")
        .head("##", "Event", "Subject", "Detail", "#Planned", "#Actual", "#Lateness", "Outcome")
        .raw("<tbody>");
    int number = 0;
    for (EventRecord event : first(seen.events())) {
      number++;
      html.raw(event.failure().isPresent() ? "<tr class=\"bad\">" : "<tr>")
          .number(Integer.toString(number))
          .cell(event.kind())
          .cell(event.subject())
          .cell(event.detail())
          .number(Figures.seconds(event.plannedNanos()))
          .number(Figures.seconds(event.actualNanos()))
          .number(Figures.time(event.latenessNanos()))
          .cell(event.failure().map(why -> "failed: " + why).orElse("ok"))
          .raw("</tr>");
    }
    tableEnd(seen.events().size(), ResultFiles.EVENTS);
    html.raw("</section>");
  }

  private void programs() {
    html.raw("<section><h2>Programs</h2>");
    if (seen.programs().isEmpty()) {
      html.raw("<p class=\"dim\">No program is on record.</p></section>");
      return;
    }
    html.raw("<div class=\"scroll\"><table>")
        .head("Endpoint", "#Started", "#Ended", "#Exit code", "Cause", "Detail", "Logs")
        .raw("<tbody>");
    for (ProgramRecord program : first(seen.programs())) {
      boolean bad = program.failedByItself() || program.neverRan();
      html.raw(bad ? "<tr class=\"bad\">" : "<tr>")
          .cell(program.endpoint())
          .number(offset(program.startedNanos()))
          .number(offset(program.endedNanos()))
          .number(
              program.exitCode().isPresent()
                  ? Integer.toString(program.exitCode().getAsInt())
                  : "\u2013")
          .cell(program.cause().words())
          .cell(program.detail())
          .raw("<td>");
      log(ResultFiles.outLog(program.endpoint()), "out");
      html.raw(" ");
      log(ResultFiles.errLog(program.endpoint()), "err");
      html.raw("</td></tr>");
    }
    tableEnd(seen.programs().size(), ResultFiles.PROGRAMS);
    html.raw("</section>");
  }

  private void log(String file, String name) {
    html.raw("<a href=\"")
        .text(ResultFiles.ENDPOINTS + "/" + file.replace("%", "%25"))
        .raw("\">")
        .raw(name)
        .raw("</a>");
  }

  private void health() {
    HealthSummary health = seen.health();
    html.raw("<section><h2>Health of the run</h2><div class=\"two\"><div class=\"card\">")
        .raw("<h3>Processors</h3><div id=\"health\"></div><dl>");
    HostHealth host = health.host();
    if (host.samples() > 0) {
      fact("Idle, mean and worst second", pair(host.idleShareMean(), host.idleShareWorst()));
      fact("Stolen, mean and worst second", pair(host.stealShareMean(), host.stealShareWorst()));
      fact("Seconds under 5 % idle", host.starvedSamples() + " of " + host.samples());
    } else {
      fact("Processors", "not observed");
    }
    if (health.gcPauseMaxNanos().isPresent()) {
      fact("Longest garbage collection", Figures.time(health.gcPauseMaxNanos().getAsLong()));
    }
    html.raw("</dl></div><div class=\"card\"><h3>Fabric and sharing loop</h3><dl>");
    if (seen.end().kind() == RunEnd.Kind.KILLED) {
      fact("Fabric", "not known, the run was killed");
    } else {
      fabric(health.fabric());
      fact("Sharing rounds", Long.toString(health.loop().rounds()));
      fact(
          "Sharing lateness, p99 and worst",
          Figures.time(health.loop().latenessP99Nanos())
              + ", "
              + Figures.time(health.loop().latenessMaxNanos()));
    }
    html.raw("</dl></div></div></section>");
  }

  private void fabric(FabricHealth fabric) {
    fact("Delivered packets", Long.toString(fabric.deliveredPackets()));
    fact(
        "Lateness, median, p99, worst",
        Figures.time(fabric.latenessP50Nanos())
            + ", "
            + Figures.time(fabric.latenessP99Nanos())
            + ", "
            + Figures.time(fabric.latenessMaxNanos()));
    fact("Processor time", Figures.seconds(fabric.busyNanos()));
    fact("Dropped by own limits", Long.toString(fabric.limitDroppedPackets()));
    fact("Dropped at devices", Long.toString(fabric.deviceDroppedPackets()));
    fact("To unknown addresses", Long.toString(fabric.unroutedPackets()));
    fact("Real-time priority", fabric.realTime() ? "yes" : "no");
    fact("Rested for the programs", fabric.rests() + " times");
  }

  private void topology(String text, boolean cut) {
    TopologySummary topology = seen.facts().topology();
    html.raw("<section><h2>Topology</h2><p class=\"lead\">")
        .text(
            topology.endpoints()
                + " endpoints, "
                + topology.bridges()
                + " bridges, "
                + topology.linkDirections()
                + " link directions, "
                + topology.epochs()
                + " epochs, from "
                + topology.fileName()
                + ".")
        .raw("</p><div class=\"scroll\"><table>")
        .head("Service", "#Replicas", "Program")
        .raw("<tbody>");
    for (TopologySummary.ServiceRow service : first(topology.services())) {
      html.raw("<tr>")
          .cell(service.name())
          .number(Integer.toString(service.replicas()))
          .raw("<td class=\"mono\">")
          .text(service.program())
          .raw("</td></tr>");
    }
    tableEnd(topology.services().size(), "the file itself");
    html.raw("<details><summary>The file as it was read</summary><pre>").text(text).raw("</pre>");
    if (cut) {
      html.raw("<p class=\"dim\">Only its begin is shown; all of it is in this folder.</p>");
    }
    html.raw("</details></section>");
  }

  private void nodes() {
    List<NodeResult> nodes = seen.nodes();
    if (nodes.isEmpty()) {
      return;
    }
    html.raw(
            "<section><h2>Nodes</h2><p class=\"lead\">Each node ran a part of the experiment. Start is"
                + " the delay after the agreed instant; told is what it sent to the other parts about"
                + " its flows.</p><div class=\"scroll\"><table>")
        .head("Node", "Verdict", "End", "#Start", "#Clock within", "#Fabric p99", "#Idle", "#Told")
        .raw("<tbody>");
    for (NodeResult node : first(nodes)) {
      html.raw("<tr>")
          .cell(node.name())
          .cell(node.grade().map(Enum::name).orElse("missing"))
          .cell(node.end().map(end -> end.kind().word()).orElse("\u2013"))
          .number(
              node.startLatenessNanos().isPresent()
                  ? Figures.time(node.startLatenessNanos().getAsLong())
                  : "\u2013")
          .number(Figures.time(node.clockBoundNanos()))
          .number(Figures.time(node.health().fabric().latenessP99Nanos()))
          .number(Figures.share(node.health().host().idleShareMean()))
          .number(Figures.bytes(node.sentBytesPerSecond()) + "/s")
          .raw("</tr>");
    }
    tableEnd(nodes.size(), "verdict.json");
    html.raw("</section>");
  }

  private void facts() {
    RunFacts facts = seen.facts();
    html.raw("<section><h2>Facts</h2><div class=\"card\"><dl>");
    fact("Run", facts.runId());
    fact("Seed", Long.toString(facts.seed()));
    fact("Kollaps", facts.version());
    fact("Fabric", facts.fabric() + ": " + facts.fabricReason());
    fact("Sharing period", Figures.time(facts.sharingPeriodNanos()));
    fact("Kernel", facts.host().kernel());
    fact("Processors", Integer.toString(facts.host().cpus()));
    fact(
        "Memory",
        facts.host().memoryBytes() > 0
            ? Figures.bytes((double) facts.host().memoryBytes())
            : "unknown");
    fact("Java", facts.host().java());
    fact("Root", facts.host().root() ? "yes" : "no");
    fact("End", seen.end().kind().word() + " " + seen.end().detail());
    html.raw("</dl></div></section>");
  }

  private void fact(String name, String value) {
    html.raw("<div><dt>").text(name).raw("</dt><dd>").text(value).raw("</dd></div>");
  }

  private void tableEnd(int rows, String whereTheRestIs) {
    html.raw("</tbody></table></div>");
    if (rows > MAX_ROWS) {
      html.raw("<p class=\"dim\">")
          .text((rows - MAX_ROWS) + " more: " + whereTheRestIs + " has them all.")
          .raw("</p>");
    }
  }

  private static <T> List<T> first(List<T> rows) {
    return rows.subList(0, Math.min(MAX_ROWS, rows.size()));
  }

  private static String offset(OptionalLong nanos) {
    return nanos.isPresent() ? Figures.seconds(nanos.getAsLong()) : "\u2013";
  }

  private static String pair(double mean, double worst) {
    return Figures.share(mean) + ", " + Figures.share(worst);
  }
}
