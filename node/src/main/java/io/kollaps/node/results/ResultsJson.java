package io.kollaps.node.results;

import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON forms of results. Times end in {@code _s} (offsets and durations, seconds) or {@code
 * _ms} (lateness, milliseconds), rates in {@code _bps}; what does not exist is null.
 */
public final class ResultsJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ResultsJson() {}

  /** Everything of a judged run, for {@code run --json}. */
  public static ObjectNode outcome(RunOutcome outcome) {
    RunObservations seen = outcome.observations();
    ObjectNode json = MAPPER.createObjectNode();
    json.set("run", MAPPER.valueToTree(seen.facts()));
    json.setAll(verdict(outcome));
    ArrayNode events = json.putArray("events");
    seen.events().forEach(event -> events.add(event(event)));
    json.set("programs", programs(seen.programs()));
    return json;
  }

  /** The content of {@code verdict.json}. */
  static ObjectNode verdict(RunOutcome outcome) {
    RunObservations seen = outcome.observations();
    ObjectNode json = MAPPER.createObjectNode();
    json.put("verdict", outcome.verdict().grade().name());
    ArrayNode reasons = json.putArray("reasons");
    outcome.verdict().reasons().forEach(reason -> reasons.add(reason(reason)));
    json.put("end", seen.end().kind().word());
    json.put("end_detail", seen.end().detail());
    json.put("duration_s", seconds(seen.durationNanos()));
    ObjectNode summaries = json.putObject("summaries");
    ArrayNode flows = summaries.putArray("flows");
    seen.flows().forEach(flow -> flows.add(flow(flow)));
    summaries.set("events", eventSummary(seen.events()));
    summaries.set("programs", programSummary(seen.programs()));
    summaries.set("health", health(seen.health()));
    if (!seen.nodes().isEmpty()) {
      ArrayNode nodes = summaries.putArray("nodes");
      seen.nodes().forEach(node -> nodes.add(node(node)));
      long bytes = seen.nodes().stream().mapToLong(n -> n.exchange().sentBytes()).sum();
      summaries
          .putObject("exchange")
          .put("sent_bytes", bytes)
          .put(
              "sent_bytes_per_s",
              seen.nodes().stream().mapToDouble(NodeResult::sentBytesPerSecond).sum());
    }
    return json;
  }

  private static ObjectNode node(NodeResult node) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("id", node.id());
    json.put("name", node.name());
    json.put("verdict", node.grade().map(Verdict.Grade::name).orElse(null));
    json.put("end", node.end().map(end -> end.kind().word()).orElse(null));
    json.put("duration_s", seconds(node.durationNanos()));
    putMillis(json, "start_lateness_ms", node.startLatenessNanos());
    json.put("clock_bound_ms", millis(node.clockBoundNanos()));
    json.set("health", health(node.health()));
    json.putObject("exchange")
        .put("sent_datagrams", node.exchange().sentDatagrams())
        .put("sent_bytes", node.exchange().sentBytes())
        .put("sent_bytes_per_s", node.sentBytesPerSecond())
        .put("received_datagrams", node.exchange().receivedDatagrams())
        .put("received_bytes", node.exchange().receivedBytes())
        .put("refused_datagrams", node.exchange().refusedDatagrams());
    return json;
  }

  private static ObjectNode reason(Verdict.Reason reason) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("level", reason.level().name());
    json.put("code", reason.code());
    json.put("message", reason.message());
    json.put("remedy", reason.remedy());
    Optional<Verdict.Measure> measure = reason.measure();
    if (measure.isPresent()) {
      json.put("figure", measure.get().figure());
      json.put("bound", measure.get().bound());
      json.put("unit", measure.get().unit());
    }
    return json;
  }

  private static ObjectNode flow(FlowSummary flow) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("from", flow.from());
    json.put("to", flow.to());
    json.put("active_s", seconds(flow.activeNanos()));
    json.put("settled_s", seconds(flow.settledNanos()));
    json.put("granted_bps", Math.round(flow.grantedBitsPerSecond()));
    json.put("measured_bps", Math.round(flow.measuredBitsPerSecond()));
    if (flow.errorPercent().isPresent()) {
      json.put("error_percent", flow.errorPercent().getAsDouble());
    } else {
      json.putNull("error_percent");
    }
    json.put("dropped_packets", flow.droppedPackets());
    return json;
  }

  private static ObjectNode eventSummary(List<EventRecord> events) {
    LatenessSummary lateness = LatenessSummary.of(events);
    ObjectNode json = MAPPER.createObjectNode();
    json.put("count", lateness.events());
    json.put("failed", events.stream().filter(e -> e.failure().isPresent()).count());
    json.put("lateness_p50_ms", millis(lateness.p50Nanos()));
    json.put("lateness_p99_ms", millis(lateness.p99Nanos()));
    json.put("lateness_max_ms", millis(lateness.maxNanos()));
    return json;
  }

  private static ObjectNode programSummary(List<ProgramRecord> programs) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("count", programs.size());
    json.put("failed", programs.stream().filter(ProgramRecord::failedByItself).count());
    json.put("never_ran", programs.stream().filter(ProgramRecord::neverRan).count());
    return json;
  }

  private static void putOverlay(ObjectNode json, OverlayHealth overlay) {
    json.put("sent_packets", overlay.sentPackets())
        .put("unsent_packets", overlay.unsentPackets())
        .put("received_packets", overlay.receivedPackets())
        .put("foreign_datagrams", overlay.foreignDatagrams())
        .put("malformed_datagrams", overlay.malformedDatagrams())
        .put("undelivered_packets", overlay.undeliveredPackets())
        .put("socket_dropped_datagrams", overlay.socketDroppedDatagrams())
        .put("paths_below_transit", overlay.pathsBelowTransit())
        .put("largest_excess_ms", millis(overlay.largestExcessNanos()));
  }

  private static ObjectNode health(HealthSummary health) {
    ObjectNode json = MAPPER.createObjectNode();
    FabricHealth fabric = health.fabric();
    ObjectNode fabricJson = json.putObject("fabric");
    fabricJson
        .put("delivered_packets", fabric.deliveredPackets())
        .put("lateness_p50_ms", millis(fabric.latenessP50Nanos()))
        .put("lateness_p99_ms", millis(fabric.latenessP99Nanos()))
        .put("lateness_max_ms", millis(fabric.latenessMaxNanos()))
        .put("busy_s", seconds(fabric.busyNanos()))
        .put("limit_dropped_packets", fabric.limitDroppedPackets())
        .put("device_dropped_packets", fabric.deviceDroppedPackets())
        .put("unrouted_packets", fabric.unroutedPackets())
        .put("real_time", fabric.realTime())
        .put("rests", fabric.rests());
    if (!fabric.overlay().equals(OverlayHealth.NONE)) {
      putOverlay(fabricJson.putObject("overlay"), fabric.overlay());
    }
    HostHealth host = health.host();
    json.putObject("host")
        .put("samples", host.samples())
        .put("starved_samples", host.starvedSamples())
        .put("idle_share_mean", host.idleShareMean())
        .put("idle_share_worst", host.idleShareWorst())
        .put("steal_share_mean", host.stealShareMean())
        .put("steal_share_worst", host.stealShareWorst());
    json.putObject("sharing_loop")
        .put("rounds", health.loop().rounds())
        .put("lateness_p99_ms", millis(health.loop().latenessP99Nanos()))
        .put("lateness_max_ms", millis(health.loop().latenessMaxNanos()));
    putMillis(json, "gc_pause_max_ms", health.gcPauseMaxNanos());
    return json;
  }

  /** The content of {@code programs.json}. */
  static ArrayNode programs(List<ProgramRecord> programs) {
    ArrayNode array = MAPPER.createArrayNode();
    for (ProgramRecord program : programs) {
      ObjectNode json = array.addObject();
      json.put("endpoint", program.endpoint());
      putSeconds(json, "started_s", program.startedNanos());
      putSeconds(json, "ended_s", program.endedNanos());
      if (program.exitCode().isPresent()) {
        json.put("exit_code", program.exitCode().getAsInt());
      } else {
        json.putNull("exit_code");
      }
      json.put("cause", program.cause().word());
      json.put("detail", program.detail());
    }
    return array;
  }

  /** One line of {@code events.jsonl}. */
  static ObjectNode event(EventRecord event) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("planned_s", seconds(event.plannedNanos()));
    json.put("actual_s", seconds(event.actualNanos()));
    json.put("lateness_ms", millis(event.latenessNanos()));
    json.put("kind", event.kind());
    json.put("subject", event.subject());
    json.put("detail", event.detail());
    json.put("outcome", event.failure().isPresent() ? "failed" : "ok");
    json.put("failure", event.failure().orElse(null));
    return json;
  }

  /** Reads one line of {@code events.jsonl}. */
  static EventRecord readEvent(String line) {
    JsonNode json = MAPPER.readTree(line);
    return new EventRecord(
        Math.round(json.path("planned_s").asDouble(0) * 1e9),
        Math.round(json.path("actual_s").asDouble(0) * 1e9),
        json.path("kind").asString(""),
        json.path("subject").asString(""),
        json.path("detail").asString(""),
        json.path("outcome").asString("").equals("failed")
            ? Optional.of(json.path("failure").asString(""))
            : Optional.empty());
  }

  /** The content of {@code run.json}. */
  static byte[] facts(RunFacts facts) {
    return MAPPER.writeValueAsBytes(facts);
  }

  /** Reads {@code run.json}. */
  static RunFacts readFacts(byte[] content) {
    return MAPPER.readValue(content, RunFacts.class);
  }

  /** Reads {@code programs.json}. */
  static List<ProgramRecord> readPrograms(byte[] content) {
    List<ProgramRecord> programs = new ArrayList<>();
    for (JsonNode json : MAPPER.readTree(content)) {
      programs.add(
          new ProgramRecord(
              json.path("endpoint").asString(""),
              readSeconds(json.path("started_s")),
              readSeconds(json.path("ended_s")),
              json.path("exit_code").isNumber()
                  ? OptionalInt.of(json.path("exit_code").asInt())
                  : OptionalInt.empty(),
              Words.read(ProgramRecord.Cause.class, json.path("cause").asString("")),
              json.path("detail").asString("")));
    }
    return programs;
  }

  /** Reads {@code verdict.json}, but for the summaries that the other files give as well. */
  static PartFolder.JudgedPart readVerdict(byte[] content) {
    JsonNode json = MAPPER.readTree(content);
    List<Verdict.Reason> reasons = new ArrayList<>();
    for (JsonNode reason : json.path("reasons")) {
      reasons.add(
          new Verdict.Reason(
              Verdict.Level.valueOf(reason.path("level").asString("")),
              reason.path("code").asString(""),
              reason.path("message").asString(""),
              reason.has("figure")
                  ? Optional.of(
                      new Verdict.Measure(
                          reason.path("figure").asDouble(0),
                          reason.path("bound").asDouble(0),
                          reason.path("unit").asString("")))
                  : Optional.empty(),
              reason.path("remedy").asString("")));
    }
    return new PartFolder.JudgedPart(
        new RunEnd(
            Words.read(RunEnd.Kind.class, json.path("end").asString("")),
            json.path("end_detail").asString("")),
        nanosOfSeconds(json.path("duration_s")),
        Verdict.of(reasons),
        readHealth(json.path("summaries").path("health")));
  }

  private static HealthSummary readHealth(JsonNode json) {
    JsonNode fabric = json.path("fabric");
    JsonNode host = json.path("host");
    JsonNode loop = json.path("sharing_loop");
    return new HealthSummary(
        new FabricHealth(
            fabric.path("delivered_packets").asLong(0),
            nanosOfMillis(fabric.path("lateness_p50_ms")),
            nanosOfMillis(fabric.path("lateness_p99_ms")),
            nanosOfMillis(fabric.path("lateness_max_ms")),
            nanosOfSeconds(fabric.path("busy_s")),
            fabric.path("limit_dropped_packets").asLong(0),
            fabric.path("device_dropped_packets").asLong(0),
            fabric.path("unrouted_packets").asLong(0),
            fabric.path("real_time").asBoolean(false),
            fabric.path("rests").asLong(0),
            fabric.has("overlay") ? readOverlay(fabric.path("overlay")) : OverlayHealth.NONE),
        new HostHealth(
            host.path("samples").asLong(0),
            host.path("starved_samples").asLong(0),
            host.path("idle_share_mean").asDouble(1),
            host.path("idle_share_worst").asDouble(1),
            host.path("steal_share_mean").asDouble(0),
            host.path("steal_share_worst").asDouble(0)),
        new LoopHealth(
            loop.path("rounds").asLong(0),
            nanosOfMillis(loop.path("lateness_p99_ms")),
            nanosOfMillis(loop.path("lateness_max_ms"))),
        json.path("gc_pause_max_ms").isNumber()
            ? OptionalLong.of(nanosOfMillis(json.path("gc_pause_max_ms")))
            : OptionalLong.empty());
  }

  private static OverlayHealth readOverlay(JsonNode json) {
    return new OverlayHealth(
        json.path("sent_packets").asLong(0),
        json.path("unsent_packets").asLong(0),
        json.path("received_packets").asLong(0),
        json.path("foreign_datagrams").asLong(0),
        json.path("malformed_datagrams").asLong(0),
        json.path("undelivered_packets").asLong(0),
        json.path("socket_dropped_datagrams").asLong(0),
        json.path("paths_below_transit").asInt(0),
        nanosOfMillis(json.path("largest_excess_ms")));
  }

  private static OptionalLong readSeconds(JsonNode json) {
    return json.isNumber() ? OptionalLong.of(nanosOfSeconds(json)) : OptionalLong.empty();
  }

  private static long nanosOfSeconds(JsonNode json) {
    return Math.round(json.asDouble(0) * 1e9);
  }

  private static long nanosOfMillis(JsonNode json) {
    return Math.round(json.asDouble(0) * 1e6);
  }

  /** The content of {@code part.json}. */
  static byte[] part(PartFacts facts) {
    return MAPPER.writeValueAsBytes(facts);
  }

  /** Reads {@code part.json}. */
  static PartFacts readPart(byte[] content) {
    return MAPPER.readValue(content, PartFacts.class);
  }

  /** A tree as indented text. */
  public static byte[] bytes(JsonNode json) {
    return MAPPER.writeValueAsBytes(json);
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private static void putSeconds(ObjectNode json, String name, OptionalLong nanos) {
    if (nanos.isPresent()) {
      json.put(name, seconds(nanos.getAsLong()));
    } else {
      json.putNull(name);
    }
  }

  private static void putMillis(ObjectNode json, String name, OptionalLong nanos) {
    if (nanos.isPresent()) {
      json.put(name, millis(nanos.getAsLong()));
    } else {
      json.putNull(name);
    }
  }
}
