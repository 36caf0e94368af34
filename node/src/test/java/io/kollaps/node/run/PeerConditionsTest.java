package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.run.PeerConditions.State;
import io.kollaps.topology.path.CompiledExperiment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts that tell each other what their endpoints listen on, over a network that loses. */
class PeerConditionsTest {
  private static final long MILLI = 1_000_000L;

  private static final String FILE =
      """
      services:
        server: { command: [a], replicas: 2 }
        other: { command: [a] }
        client: { command: [a], wait_for: [ 'server:80', 'other:81' ] }
      links:
        - { from: client, to: server, latency: 1 ms }
        - { from: client, to: other, latency: 1 ms }
      """;

  /** server-1, server-2, other, client: the client alone in part 0. */
  private static final int[] HOMES = {1, 2, 1, 0};

  private static final int SERVER = 0;
  private static final int OTHER = 1;

  private final CompiledExperiment compiled = Experiments.compiled("waits.yaml", FILE);
  private final List<PeerConditions> parts = new ArrayList<>();
  private final Map<Integer, Map<Integer, State>> seen = new HashMap<>();
  private final List<Runnable> underway = new ArrayList<>();
  private Random network = new Random(0);
  private double loss;
  private int sent;
  private long now;

  private void begin() throws RunFailedException {
    Waited waited = new Waited(compiled.endpoints());
    for (int self = 0; self < 3; self++) {
      int from = self;
      parts.add(
          new PeerConditions(
              waited,
              Homes.of(Experiments.plan("waits.yaml", FILE, HOMES, self), compiled),
              new PeerConditions.Mail() {
                @Override
                public void question(int to, byte[] content) {
                  carry(() -> parts.get(to).heardQuestion(from, ByteBuffer.wrap(content), now));
                }

                @Override
                public void answer(int to, byte[] content) {
                  carry(() -> parts.get(to).heardAnswer(from, ByteBuffer.wrap(content), now));
                }
              }));
      seen.put(self, new HashMap<>(Map.of(SERVER, State.NONE_RUNS, OTHER, State.NONE_RUNS)));
    }
  }

  private void carry(Runnable delivery) {
    // a delivery on the same thread would meet another part that delivers the other way round
    assertThat(parts).noneMatch(Thread::holdsLock);
    sent++;
    if (network.nextDouble() >= loss) {
      underway.add(delivery);
    }
  }

  /** One look of every part, 5 ms apart; then what was sent arrives, in any order. */
  private void step(boolean waits) {
    now += 5 * MILLI;
    for (int self = 0; self < 3; self++) {
      Map<Integer, State> own = seen.get(self);
      if (self == 0 && waits) {
        parts.get(0).ask(Set.of(SERVER, OTHER), now);
      }
      parts
          .get(self)
          .answer(
              condition -> {
                assertThat(parts).as("a look may take long").noneMatch(Thread::holdsLock);
                return own.get(condition);
              },
              now);
    }
    java.util.Collections.shuffle(underway, network);
    List<Runnable> arriving = List.copyOf(underway);
    underway.clear();
    arriving.forEach(Runnable::run);
  }

  private boolean holds(int condition) {
    return parts.get(0).holds(condition, seen.get(0).get(condition), now);
  }

  @Test
  void shouldHoldWhenAllThatRunElsewhereListen() throws Exception {
    begin();
    for (int i = 0; i < 10; i++) {
      step(true);
    }
    assertThat(holds(SERVER)).as("nobody runs").isFalse();

    seen.get(1).put(SERVER, State.LISTENING);
    seen.get(2).put(SERVER, State.SILENT);
    for (int i = 0; i < 10; i++) {
      step(true);
    }
    assertThat(holds(SERVER)).as("one of two does not listen").isFalse();

    seen.get(2).put(SERVER, State.LISTENING);
    step(true);
    step(true);
    assertThat(holds(SERVER)).as("told by itself when it changes").isTrue();
    assertThat(holds(OTHER)).isFalse();
  }

  @Test
  void shouldHoldWithOneThatListensWhereTheOthersDoNotRun() throws Exception {
    begin();
    seen.get(2).put(SERVER, State.LISTENING);
    for (int i = 0; i < 10; i++) {
      step(true);
    }
    assertThat(holds(SERVER)).isTrue();
  }

  @Test
  void shouldSayNothingWhileNobodyWaits() throws Exception {
    begin();
    for (int i = 0; i < 100; i++) {
      step(false);
    }
    assertThat(sent).isZero();
    for (int i = 0; i < 20; i++) {
      step(true);
    }
    int asked = sent;
    assertThat(asked).isPositive();
    for (int i = 0; i < 100; i++) {
      step(false);
    }
    assertThat(sent - asked).as("after the last question only what was underway").isLessThan(5);
    assertThat(parts.get(1).asked()).isFalse();
  }

  /** A datagram that is lost costs one interval of asking, 20 ms, and the looks around it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldFindOutSoonAlthoughDatagramsAreLost(long seed) throws Exception {
    network = new Random(seed);
    loss = 0.5;
    begin();
    seen.get(1).put(SERVER, State.LISTENING);
    seen.get(2).put(SERVER, State.LISTENING);
    int steps = 0;
    int before = sent;
    while (!holds(SERVER) && steps < 1000) {
      step(true);
      steps++;
    }
    // Question and answer of both nodes must come through, at about a quarter each 20 ms.
    assertThat(steps * 5).as("ms with seed %d, %d datagrams", seed, sent - before).isLessThan(1000);
  }

  @Test
  void shouldNotTrustOldAnswers() throws Exception {
    begin();
    seen.get(1).put(OTHER, State.LISTENING);
    for (int i = 0; i < 10; i++) {
      step(true);
    }
    assertThat(holds(OTHER)).isTrue();
    now += PeerConditions.FRESH_NANOS + MILLI;
    assertThat(holds(OTHER)).isFalse();
  }

  @Test
  void shouldNotWaitForAPartThatIsGone() throws Exception {
    begin();
    seen.get(1).put(SERVER, State.LISTENING);
    seen.get(2).put(SERVER, State.SILENT);
    for (int i = 0; i < 10; i++) {
      step(true);
    }
    assertThat(holds(SERVER)).isFalse();

    parts.get(0).gone(2);

    assertThat(holds(SERVER)).isTrue();
  }

  @Test
  void shouldRefuseWhatIsNotUnderstood() throws Exception {
    begin();
    Random random = new Random(5);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      var _ = parts.get(0).heardQuestion(random.nextInt(5) - 1, ByteBuffer.wrap(bytes), now);
      var _ = parts.get(0).heardAnswer(random.nextInt(5) - 1, ByteBuffer.wrap(bytes), now);
    }
    ByteBuffer noSuch = ByteBuffer.allocate(12).putLong(1).putInt(2).flip();
    assertThat(parts.get(0).heardQuestion(1, noSuch, now)).isFalse();
    ByteBuffer fromItself = ByteBuffer.allocate(12).putLong(1).putInt(0).flip();
    assertThat(parts.get(0).heardQuestion(0, fromItself, now)).isFalse();
    assertThat(holds(SERVER)).isFalse();
  }
}
