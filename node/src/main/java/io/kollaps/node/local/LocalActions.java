package io.kollaps.node.local;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What a daemon answers: one handler for each action. Filled before it serves. */
public final class LocalActions {
  private final Map<String, Entry<?, ?>> entries = new TreeMap<>();

  private record Entry<Q, R>(LocalAction<Q, R> action, LocalHandler<Q, R> handler) {
    void answer(JsonNode request, Conversation conversation)
        throws LocalFailure, InterruptedException {
      Q parsed;
      try {
        parsed = Wire.value(request, action.request());
      } catch (Wire.NothingException e) {
        throw LocalFailure.badInput("nothing is said with " + action.name());
      } catch (JacksonException e) {
        throw LocalFailure.badInput(
            "the daemon does not understand what is said with " + action.name());
      }
      handler.answer(parsed, conversation.exchange());
    }
  }

  /** Adds an action. */
  public <Q, R> LocalActions add(LocalAction<Q, R> action, LocalHandler<Q, R> handler) {
    if (entries.put(action.name(), new Entry<>(action, handler)) != null) {
      throw new IllegalArgumentException("two handlers for " + action.name());
    }
    return this;
  }

  /** Names of the actions. */
  java.util.Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  void answer(Wire.RequestLine line, Conversation conversation)
      throws LocalFailure, InterruptedException {
    if (line.version() != Wire.VERSION) {
      throw LocalFailure.failed(
          "the command speaks version "
              + line.version()
              + " of the local protocol, the daemon "
              + Wire.VERSION
              + "; restart the daemon with the version of Kollaps that is installed");
    }
    Entry<?, ?> entry = entries.get(line.action());
    if (entry == null) {
      throw LocalFailure.failed(
          "the daemon does not know '"
              + line.action()
              + "'; restart it with the version of Kollaps that is installed");
    }
    entry.answer(line.request(), conversation);
  }
}
