package io.kollaps.node.control.leader;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The last requests that were refused: who asks again gets the same answer. */
final class RefusedRequests {
  private static final int MOST = 256;

  private final Map<String, ControllerCommand.CallAnswer.Refused> answers = new LinkedHashMap<>();

  void keep(String request, ControllerCommand.CallAnswer.Refused answer) {
    answers.put(request, answer);
    if (answers.size() > MOST) {
      answers.remove(answers.keySet().iterator().next());
    }
  }

  Optional<ControllerCommand.CallAnswer> find(String request) {
    return Optional.ofNullable(answers.get(request));
  }

  int size() {
    return answers.size();
  }
}
