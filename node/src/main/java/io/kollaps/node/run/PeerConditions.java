package io.kollaps.node.run;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * What endpoints of one part wait for at the others. Whoever waits asks, again and again while it
 * waits, and whoever was asked lately says what it sees, at each question and when it changes: so
 * nothing is said while nobody waits, and a lost datagram costs one interval of asking.
 *
 * <p>A question: 8 bytes of number, then 4 bytes for each condition. An answer: 8 bytes of number,
 * then 4 bytes for each condition and 1 for its {@link State}. Conditions are numbered by {@link
 * Waited}.
 *
 * <p>Times are passed in, in nanoseconds on one clock. {@link #heardQuestion}, {@link #heardAnswer}
 * and {@link #gone} may be called from any thread, everything else from one.
 */
final class PeerConditions {
  /** Time between two questions about the same. */
  static final long ASK_NANOS = 20_000_000L;

  /** Who asked is answered for this long: some lost questions more do not matter. */
  static final long ASKED_NANOS = 200_000_000L;

  /** An answer older than this is none: who gave it may be gone. */
  static final long FRESH_NANOS = 200_000_000L;

  /** Longest question or answer in bytes. */
  static final int MAX_BYTES = 1_000;

  private static final int QUESTION_ENTRY = Integer.BYTES;
  private static final int ANSWER_ENTRY = Integer.BYTES + 1;

  private final Waited waited;
  private final Homes homes;
  private final Mail mail;
  private final Map<Integer, Set<Integer>> othersOf = new HashMap<>();
  private final SortedMap<Integer, Map<Integer, Told>> told = new TreeMap<>();
  private final SortedMap<Integer, SortedMap<Integer, Asked>> asked = new TreeMap<>();
  private final Map<Integer, Long> askedAtNanos = new HashMap<>();
  private long number;

  /** States by their codes in an answer. */
  private static final List<State> STATES = List.of(State.NONE_RUNS, State.LISTENING, State.SILENT);

  /** What one part sees of a condition at its own endpoints. */
  enum State {
    /** No endpoint of the service runs there. */
    NONE_RUNS,
    /** All that run listen, one at least. */
    LISTENING,
    /** One runs that does not listen. */
    SILENT
  }

  /**
   * Sends to other parts; may lose. Called while nothing is locked: who delivers at once, on the
   * same thread, must not meet another part that does the same the other way round.
   */
  interface Mail {
    /** Sends a question. */
    void question(int toNode, byte[] content);

    /** Sends an answer. */
    void answer(int toNode, byte[] content);
  }

  private record Told(long number, long atNanos, State state) {}

  /** What another part asked, and what it was answered last. */
  private record Asked(long untilNanos, boolean answered, Optional<State> last) {}

  PeerConditions(Waited waited, Homes homes, Mail mail) {
    this.waited = waited;
    this.homes = homes;
    this.mail = mail;
    for (int condition = 0; condition < waited.count(); condition++) {
      Set<Integer> others = new TreeSet<>();
      waited.providers(condition).forEach(e -> others.add(homes.home(e.index())));
      others.remove(homes.self());
      othersOf.put(condition, others);
    }
  }

  /** For an experiment that is in one part: there is nobody to ask. */
  static PeerConditions alone(Waited waited, Homes homes) {
    return new PeerConditions(
        waited,
        homes,
        new Mail() {
          @Override
          public void question(int toNode, byte[] content) {
            // there is no other part
          }

          @Override
          public void answer(int toNode, byte[] content) {
            // there is no other part
          }
        });
  }

  /** What is waited for. */
  Waited waited() {
    return waited;
  }

  /**
   * True when a condition holds over all parts: some endpoint of the service runs, and all that run
   * listen.
   *
   * @param own what is seen here
   */
  synchronized boolean holds(int condition, State own, long nowNanos) {
    boolean somebody = own == State.LISTENING;
    if (own == State.SILENT) {
      return false;
    }
    for (int node : othersOf.getOrDefault(condition, Set.of())) {
      Told last = told.getOrDefault(node, Map.of()).get(condition);
      if (last == null || nowNanos - last.atNanos() > FRESH_NANOS || last.state() == State.SILENT) {
        return false;
      }
      somebody |= last.state() == State.LISTENING;
    }
    return somebody;
  }

  /** Asks the other parts about conditions that somebody here waits for, when it is time to. */
  void ask(Collection<Integer> conditions, long nowNanos) {
    questions(conditions, nowNanos).forEach(Runnable::run);
  }

  private synchronized List<Runnable> questions(Collection<Integer> conditions, long nowNanos) {
    SortedMap<Integer, List<Integer>> questions = new TreeMap<>();
    for (int condition : new TreeSet<>(conditions)) {
      Long before = askedAtNanos.get(condition);
      if (before == null || nowNanos - before >= ASK_NANOS) {
        askedAtNanos.put(condition, nowNanos);
        for (int node : othersOf.getOrDefault(condition, Set.of())) {
          questions.computeIfAbsent(node, _ -> new ArrayList<>()).add(condition);
        }
      }
    }
    List<Runnable> letters = new ArrayList<>();
    questions.forEach(
        (node, all) -> {
          for (List<Integer> some : pieces(all, QUESTION_ENTRY)) {
            byte[] content = new byte[Long.BYTES + some.size() * QUESTION_ENTRY];
            ByteBuffer writing = ByteBuffer.wrap(content).putLong(++number);
            some.forEach(writing::putInt);
            letters.add(() -> mail.question(node, content));
          }
        });
    return letters;
  }

  /**
   * Answers the parts that asked lately.
   *
   * @param look what is seen here of a condition; not called while anything is locked, for it may
   *     take as long as the kernel likes
   */
  void answer(IntFunction<State> look, long nowNanos) {
    SortedMap<Integer, State> seen = new TreeMap<>();
    for (int condition : askedConditions(nowNanos)) {
      seen.put(condition, look.apply(condition));
    }
    answers(seen).forEach(Runnable::run);
  }

  private synchronized Set<Integer> askedConditions(long nowNanos) {
    Set<Integer> conditions = new TreeSet<>();
    for (SortedMap<Integer, Asked> questions : asked.values()) {
      questions.values().removeIf(question -> nowNanos > question.untilNanos());
      conditions.addAll(questions.keySet());
    }
    asked.values().removeIf(Map::isEmpty);
    return conditions;
  }

  private synchronized List<Runnable> answers(Map<Integer, State> seen) {
    List<Runnable> letters = new ArrayList<>();
    for (Map.Entry<Integer, SortedMap<Integer, Asked>> one : asked.entrySet()) {
      int node = one.getKey();
      SortedMap<Integer, State> news = new TreeMap<>();
      for (Map.Entry<Integer, Asked> question : one.getValue().entrySet()) {
        State state = seen.get(question.getKey());
        Asked before = question.getValue();
        // what was asked since the look is answered after the next one
        if (state != null && !(before.answered() && before.last().equals(Optional.of(state)))) {
          news.put(question.getKey(), state);
          question.setValue(new Asked(before.untilNanos(), true, Optional.of(state)));
        }
      }
      for (List<Integer> some : pieces(List.copyOf(news.keySet()), ANSWER_ENTRY)) {
        byte[] content = new byte[Long.BYTES + some.size() * ANSWER_ENTRY];
        ByteBuffer writing = ByteBuffer.wrap(content).putLong(++number);
        for (int condition : some) {
          writing.putInt(condition);
          writing.put((byte) STATES.indexOf(news.get(condition)));
        }
        letters.add(() -> mail.answer(node, content));
      }
    }
    return letters;
  }

  /** True when another part asked lately: it is to be looked for it. */
  synchronized boolean asked() {
    return !asked.isEmpty();
  }

  /**
   * A question came in.
   *
   * @return false when it is not understood
   */
  synchronized boolean heardQuestion(int fromNode, ByteBuffer content, long nowNanos) {
    if (!known(fromNode) || !wellFormed(content, QUESTION_ENTRY)) {
      return false;
    }
    var _ = content.getLong();
    List<Integer> conditions = new ArrayList<>();
    while (content.hasRemaining()) {
      int condition = content.getInt();
      if (condition < 0 || condition >= waited.count()) {
        return false;
      }
      conditions.add(condition);
    }
    SortedMap<Integer, Asked> questions = asked.computeIfAbsent(fromNode, _ -> new TreeMap<>());
    for (int condition : conditions) {
      questions.put(condition, new Asked(nowNanos + ASKED_NANOS, false, Optional.empty()));
    }
    return true;
  }

  /**
   * An answer came in.
   *
   * @return false when it is not understood
   */
  synchronized boolean heardAnswer(int fromNode, ByteBuffer content, long nowNanos) {
    if (!known(fromNode) || !wellFormed(content, ANSWER_ENTRY)) {
      return false;
    }
    long sequence = content.getLong();
    Map<Integer, State> states = new HashMap<>();
    while (content.hasRemaining()) {
      int condition = content.getInt();
      int state = content.get();
      if (condition < 0 || condition >= waited.count() || state < 0 || state >= STATES.size()) {
        return false;
      }
      states.put(condition, STATES.get(state));
    }
    Map<Integer, Told> byCondition = told.computeIfAbsent(fromNode, _ -> new HashMap<>());
    states.forEach(
        (condition, state) -> {
          Told before = byCondition.get(condition);
          if (before == null || before.number() < sequence) {
            byCondition.put(condition, new Told(sequence, nowNanos, state));
          }
        });
    return true;
  }

  /** Another part is gone: its endpoints do not count any more. */
  synchronized void gone(int node) {
    othersOf.values().forEach(others -> others.remove(node));
    told.remove(node);
    asked.remove(node);
  }

  private boolean known(int node) {
    return node >= 0 && node < homes.nodes() && node != homes.self();
  }

  private static boolean wellFormed(ByteBuffer content, int entry) {
    int body = content.remaining() - Long.BYTES;
    return body > 0 && body % entry == 0 && content.remaining() <= MAX_BYTES;
  }

  private static List<List<Integer>> pieces(List<Integer> all, int entry) {
    int most = (MAX_BYTES - Long.BYTES) / entry;
    List<List<Integer>> pieces = new ArrayList<>();
    for (int from = 0; from < all.size(); from += most) {
      pieces.add(all.subList(from, Math.min(all.size(), from + most)));
    }
    return pieces;
  }
}
