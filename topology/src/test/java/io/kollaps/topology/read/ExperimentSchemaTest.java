package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentSchemaTest {
  private static final Schema SCHEMA = schema();

  private static Schema schema() {
    try (InputStream in =
        Objects.requireNonNull(
            ExperimentReader.class.getResourceAsStream("experiment.schema.json"))) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(in, InputFormat.JSON);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Set<KeyTable> tables() {
    return new HashSet<>(KeyTable.ALL);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void shouldKnowTheSameKeysAsTheReader(KeyTable table) {
    JsonNode definition = SCHEMA.getSchemaNode().get("$defs").get(table.name());
    Set<String> keys = new HashSet<>();
    definition.get("properties").fieldNames().forEachRemaining(keys::add);
    assertThat(keys).isEqualTo(new HashSet<>(table.keys()));
    Set<String> required = new HashSet<>();
    if (definition.has("required")) {
      definition.get("required").forEach(n -> required.add(n.asText()));
    }
    assertThat(required).isEqualTo(new HashSet<>(table.required()));
    assertThat(definition.get("additionalProperties").asBoolean(true)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"three-clients.yaml", "ten-lines.yaml", "link-changes.yaml"})
  void shouldAcceptTheExamples(String name) throws IOException {
    String text = Files.readString(Path.of("..", "examples", name));
    assertThat(SCHEMA.validate(text, InputFormat.YAML)).isEmpty();
  }

  @Test
  void shouldAcceptEveryKey() {
    String text =
        """
        name: all
        subnet: fd00::/64
        routing: latency
        sharing: equal
        period: 10 ms
        duration: 2 min
        services:
          s: { image: 'img:1', command: [serve, 80] }
          c:
            command: x
            replicas: 2
            env: { KEY: value, PORT: 80 }
            directory: /tmp
            cpus: 0.5
            memory: 1 MiB
            addresses: ['fd00::5', 'fd00::6']
            wait_for: ['s:1']
            background: true
            shared_link: false
            paths_to: [s]
            stop_grace: 1.5s
            start: false
        bridges: [b]
        links:
          - { from: c, to: b, rate: unlimited, loss: 0.001, jitter: 1 ms }
          - { from: b, to: s, one_way: true, queue: 64 kB, framing: ethernet,
              jitter: { deviation: 1 ms, distribution: uniform, reorder: true } }
          - { from: s, to: b, one_way: true, up: { loss: 1 %, queue: 5 ms } }
        timeline:
          - { at: 1 s, join: [c-1, c-2] }
          - { at: 2 s, set: c -- b, down: { rate: 5 Mbps } }
          - { at: 3 s, stop: true }
        """;
    Reading.valid(text);
    assertThat(SCHEMA.validate(text, InputFormat.YAML)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: x",
        "services: {}",
        "services: { a: {} }",
        "services: { a: { comand: x } }",
        "services: { a_b: { command: x } }",
        "services: { a: { command: x, replicas: 0 } }",
        "services: { a: { command: x, memory: 5 } }",
        "services: { a: { image: x, command: run } }",
        "services: { a: { command: x, address: 10.0.0.1, addresses: [10.0.0.2] } }",
        "services: { a: { command: x } }\nlinks: [{ from: a }]",
        "services: { a: { command: x } }\nlinks: [{ from: a, to: b, latency: 5 }]",
        "services: { a: { command: x } }\nlinks: [{ from: a, to: b, latency: -5 ms }]",
        "services: { a: { command: x } }\nlinks: [{ from: a, to: b, rate: 5 MB/s }]",
        "services: { a: { command: x } }\nlinks: [{ from: a, to: b, loss: 5 }]",
        "services: { a: { command: x } }\nlinks: [{ from: a, to: b, one_way: true, down: {} }]",
        "services: { a: { command: x } }\ntimeline: [{ join: a }]",
        "services: { a: { command: x } }\ntimeline: [{ at: 1 s }]",
        "services: { a: { command: x } }\ntimeline: [{ at: 1 s, join: a, leave: a }]",
        "services: { a: { command: x } }\ntimeline: [{ at: 1 s, stop: false }]",
      })
  void shouldRefuseWhatTheReaderRefuses(String text) {
    assertThat(Reading.problems(text)).isNotEmpty();
    assertThat(SCHEMA.validate(text, InputFormat.YAML)).isNotEmpty();
  }
}
