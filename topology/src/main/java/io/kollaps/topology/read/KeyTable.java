package io.kollaps.topology.read;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * The keys that one kind of mapping of the YAML form knows. The reader, its messages and the JSON
 * schema (definition of the same name) all follow these tables.
 *
 * @param name name in the JSON schema and in messages
 * @param required keys that must be there
 * @param keys all keys
 */
record KeyTable(String name, List<String> required, SequencedSet<String> keys) {

  static final KeyTable EXPERIMENT =
      of("experiment", List.of("services"))
          .with("name", "subnet", "routing", "sharing", "period", "duration")
          .with("services", "bridges", "links", "timeline");

  static final KeyTable SERVICE =
      of("service", List.of())
          .with("command", "image", "replicas", "env", "directory", "cpus", "memory")
          .with("address", "addresses", "wait_for", "background", "shared_link", "paths_to")
          .with("stop_grace", "start");

  static final KeyTable LINK =
      of("link", List.of("from", "to"))
          .with("from", "to", "latency", "jitter", "loss", "rate", "queue", "framing")
          .with("up", "down", "one_way");

  static final KeyTable DIRECTION =
      of("direction", List.of()).with("latency", "jitter", "loss", "rate", "queue");

  static final KeyTable JITTER =
      of("jitter", List.of("deviation")).with("deviation", "distribution", "reorder");

  static final KeyTable EVENT =
      of("event", List.of("at"))
          .with("at", "join", "leave", "crash", "disconnect", "reconnect")
          .with("bridge_join", "bridge_leave", "set", "stop", "amount")
          .with("latency", "jitter", "loss", "rate", "queue", "up", "down");

  /** Every table, each a definition of the JSON schema. */
  static final List<KeyTable> ALL = List.of(EXPERIMENT, SERVICE, LINK, DIRECTION, JITTER, EVENT);

  private static KeyTable of(String name, List<String> required) {
    return new KeyTable(name, required, new LinkedHashSet<>());
  }

  private KeyTable with(String... more) {
    SequencedSet<String> all = new LinkedHashSet<>(keys);
    all.addAll(List.of(more));
    return new KeyTable(name, required, all);
  }
}
