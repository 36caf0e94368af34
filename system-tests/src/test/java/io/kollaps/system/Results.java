package io.kollaps.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The results of a run, read from their files alone.
 *
 * @param folder the results folder
 */
record Results(Path folder) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** One line of flows.csv; times in seconds, rates in bits per second. */
  record Sample(
      double time, String from, String to, double granted, double measured, double interval) {}

  JsonNode verdict() throws IOException {
    return MAPPER.readTree(Files.readString(folder.resolve("verdict.json")));
  }

  /** PASS, DEGRADED or INVALID. */
  String grade() throws IOException {
    return verdict().path("verdict").asString();
  }

  /** The codes of the verdict's reasons of a level. */
  List<String> reasons(String level) throws IOException {
    return StreamSupport.stream(verdict().path("reasons").spliterator(), false)
        .filter(reason -> reason.path("level").asString().equals(level))
        .map(reason -> reason.path("code").asString())
        .toList();
  }

  List<JsonNode> events() throws IOException {
    return Files.readAllLines(folder.resolve("events.jsonl")).stream()
        .map(MAPPER::readTree)
        .toList();
  }

  /** The subjects of the events of a kind, in the order in which they happened. */
  List<String> subjects(String kind) throws IOException {
    return events().stream()
        .filter(event -> event.path("kind").asString().equals(kind))
        .map(event -> event.path("subject").asString())
        .toList();
  }

  /** The runs of an endpoint's program, first one first. */
  List<JsonNode> programs(String endpoint) throws IOException {
    JsonNode all = MAPPER.readTree(Files.readString(folder.resolve("programs.json")));
    return StreamSupport.stream(all.spliterator(), false)
        .filter(program -> program.path("endpoint").asString().equals(endpoint))
        .toList();
  }

  JsonNode facts() throws IOException {
    return MAPPER.readTree(Files.readString(folder.resolve("run.json")));
  }

  /** What an endpoint printed. */
  String log(String endpoint) throws IOException {
    return Files.readString(folder.resolve("endpoints").resolve(endpoint + ".out.log"));
  }

  /** What an endpoint printed to standard error. */
  String errors(String endpoint) throws IOException {
    return Files.readString(folder.resolve("endpoints").resolve(endpoint + ".err.log"));
  }

  List<Sample> flow(String from, String to) throws IOException {
    List<Sample> samples = new ArrayList<>();
    List<String> lines = Files.readAllLines(folder.resolve("flows.csv"));
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      if (fields[1].equals(from) && fields[2].equals(to)) {
        samples.add(
            new Sample(
                Double.parseDouble(fields[0]),
                from,
                to,
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]),
                Double.parseDouble(fields[7])));
      }
    }
    return samples;
  }

  /** The verdict in one line, for logs. */
  String summary() throws IOException {
    JsonNode verdict = verdict();
    JsonNode events = verdict.path("summaries").path("events");
    return verdict.path("verdict").asString()
        + " "
        + reasons("INVALID")
        + reasons("DEGRADED")
        + ", event lateness p50/p99/max "
        + events.path("lateness_p50_ms").asDouble()
        + "/"
        + events.path("lateness_p99_ms").asDouble()
        + "/"
        + events.path("lateness_max_ms").asDouble()
        + " ms";
  }
}
