package io.kollaps.node.run;

import io.kollaps.node.run.PeerConditions.State;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.topology.WaitFor;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Watches what endpoints wait for, by looking into the kernel's tables of listening sockets: no
 * traffic, nothing that the programs could notice. The run's loop says who waits; one other thread
 * looks, for other parts too where they ask.
 */
final class StartConditions {
  private final List<Endpoint> endpoints;
  private final Map<Integer, EndpointInstance> instances;
  private final PeerConditions elsewhere;
  private final long timeoutNanos;
  private final LongSupplier clock;
  private final long startNanos;
  private final Consumer<RunEvent> teller;
  private final Map<Integer, Long> waitingSince = new ConcurrentHashMap<>();
  // Filled anew at each look: many endpoints may wait for one server.
  private final IdentityHashMap<EndpointInstance, Map<Integer, Boolean>> listening =
      new IdentityHashMap<>();
  private final Set<Integer> asking = new HashSet<>();
  private final Map<Integer, String> waited = new ConcurrentHashMap<>();
  private final Map<Integer, String> missed = new ConcurrentHashMap<>();
  private volatile Runnable whenSomethingWaits = () -> {};

  StartConditions(
      List<Endpoint> endpoints,
      Map<Integer, EndpointInstance> instances,
      PeerConditions elsewhere,
      long timeoutNanos,
      LongSupplier clock,
      long startNanos,
      Consumer<RunEvent> teller) {
    this.endpoints = endpoints;
    this.instances = instances;
    this.elsewhere = elsewhere;
    this.timeoutNanos = timeoutNanos;
    this.clock = clock;
    this.startNanos = startNanos;
    this.teller = teller;
  }

  /** Sets what is run, on the loop's thread, when an endpoint begins to wait. */
  void tellWhenSomethingWaits(Runnable told) {
    whenSomethingWaits = told;
  }

  /** Begins to watch for an endpoint. */
  void await(int endpoint) {
    waitingSince.put(endpoint, offsetNanos());
    whenSomethingWaits.run();
  }

  /**
   * Watches no longer for an endpoint.
   *
   * @return what was not there when it was looked at last, and for how long it waited
   */
  String giveUp(int endpoint) {
    Long since = waitingSince.remove(endpoint);
    String lacking = Objects.requireNonNullElseGet(missed.remove(endpoint), () -> all(endpoint));
    long waitedNanos = since == null ? 0 : offsetNanos() - since;
    return lacking + " for " + waitedNanos / 1_000_000 + " ms";
  }

  /** What an endpoint waited for before its start, empty when it did not wait. */
  Optional<String> waited(int endpoint) {
    return Optional.ofNullable(waited.remove(endpoint));
  }

  /**
   * Looks once at everything that is waited for, and tells what is there and what came too late. A
   * condition holds from the moment at which it was seen.
   *
   * @return true when somebody still waits, here or in a part that asked
   */
  boolean look() {
    listening.clear();
    asking.clear();
    for (int endpoint : List.copyOf(waitingSince.keySet())) {
      try {
        look(endpoint);
      } catch (RuntimeException e) {
        waitingSince.remove(endpoint);
        teller.accept(
            new RunEvent.StartFailed(
                offsetNanos(), endpoint, "what it waits for cannot be looked at: " + e));
      }
    }
    long now = clock.getAsLong();
    elsewhere.ask(asking, now);
    elsewhere.answer(this::seenHere, now);
    return !waitingSince.isEmpty() || elsewhere.asked();
  }

  /** Another part asked: it is time to look. */
  void lookSoon() {
    whenSomethingWaits.run();
  }

  private void look(int endpoint) {
    List<String> missing = missing(endpoint);
    long now = offsetNanos();
    Long since = waitingSince.get(endpoint);
    if (since == null) {
      return; // given up meanwhile, by the loop's thread
    }
    String lacking = String.join(", ", missing);
    if (missing.isEmpty()) {
      waited.put(endpoint, all(endpoint) + " " + (now - since) / 1_000_000 + " ms");
      tell(endpoint, since, new RunEvent.ConditionHeld(now, endpoint));
    } else if (now - since > timeoutNanos) {
      String why = lacking + " (" + timeoutNanos / 1_000_000_000 + " s)";
      tell(endpoint, since, new RunEvent.ConditionTimedOut(now, endpoint, why));
    } else {
      missed.put(endpoint, lacking);
    }
  }

  // Whoever ends the wait tells of it: the loop's thread may give it up at any moment.
  private void tell(int endpoint, Long since, RunEvent event) {
    if (waitingSince.remove(endpoint, since)) {
      missed.remove(endpoint);
      teller.accept(event);
    }
  }

  private String all(int endpoint) {
    return String.join(
        ", ",
        endpoints.get(endpoint).service().waitFor().stream().map(StartConditions::words).toList());
  }

  private List<String> missing(int endpoint) {
    List<String> missing = new ArrayList<>();
    for (WaitFor wanted : endpoints.get(endpoint).service().waitFor()) {
      int condition = elsewhere.waited().number(wanted);
      asking.add(condition);
      if (!elsewhere.holds(condition, seenHere(condition), clock.getAsLong())) {
        missing.add(words(wanted));
      }
    }
    return missing;
  }

  private long offsetNanos() {
    return clock.getAsLong() - startNanos;
  }

  private State seenHere(int condition) {
    int port = elsewhere.waited().wanted(condition).port();
    List<EndpointInstance> running =
        elsewhere.waited().providers(condition).stream()
            .map(e -> instances.get(e.index()))
            .filter(Objects::nonNull)
            .filter(EndpointInstance::running)
            .toList();
    if (running.isEmpty()) {
      return State.NONE_RUNS;
    }
    return running.stream().allMatch(i -> listens(i, port)) ? State.LISTENING : State.SILENT;
  }

  private boolean listens(EndpointInstance instance, int port) {
    return listening
        .computeIfAbsent(instance, i -> new HashMap<>())
        .computeIfAbsent(port, instance::listensOn);
  }

  private static String words(WaitFor wanted) {
    return wanted.service() + ":" + wanted.port();
  }
}
