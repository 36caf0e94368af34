package io.kollaps.node.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and the daemon over a real socket. */
class LocalServerTest {
  /** Only a hang gets there. */
  private static final long BOUND_SECONDS = 60;

  private static final LocalAction<Count, Number> COUNT =
      new LocalAction<>("count", Count.class, Number.class);
  private static final LocalAction<Count, Number> DOUBLE =
      new LocalAction<>("double", Count.class, Number.class);
  private static final LocalAction<Count, Number> ENDLESS =
      new LocalAction<>("endless", Count.class, Number.class);
  private static final LocalAction<Count, Number> REFUSED =
      new LocalAction<>("refused", Count.class, Number.class);
  private static final LocalAction<Count, Number> BROKEN =
      new LocalAction<>("broken", Count.class, Number.class);
  private static final LocalAction<Count, Number> LEAVE =
      new LocalAction<>("leave", Count.class, Number.class);
  private static final LocalAction<Count, Number> HANGING =
      new LocalAction<>("hanging", Count.class, Number.class);
  private static final LocalAction<Count, Number> UNKNOWN =
      new LocalAction<>("unknown", Count.class, Number.class);

  @TempDir private Path folder;
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ending = new CountDownLatch(1);
  private LocalServer server;

  record Count(int to) {}

  record Number(int value) {}

  @BeforeEach
  void start() throws IOException {
    server =
        LocalServer.start(
            folder,
            new LocalActions()
                .add(COUNT, LocalServerTest::count)
                .add(DOUBLE, LocalServerTest::doubled)
                .add(ENDLESS, this::endless)
                .add(LEAVE, this::leave)
                .add(HANGING, this::hanging)
                .add(
                    REFUSED,
                    (request, exchange) -> {
                      exchange.tell(new Number(1));
                      throw LocalFailure.badInput("not today");
                    })
                .add(
                    BROKEN,
                    (request, exchange) -> {
                      throw new IllegalStateException("of the test");
                    }));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static void count(Count request, Exchange<Number> exchange) {
    for (int i = 1; i <= request.to(); i++) {
      exchange.tell(new Number(i));
    }
  }

  private static void doubled(Count request, Exchange<Number> exchange)
      throws LocalFailure, InterruptedException {
    Optional<Number> next = exchange.next(Number.class);
    while (next.isPresent()) {
      exchange.tell(new Number(2 * next.get().value()));
      next = exchange.next(Number.class);
    }
  }

  private void endless(Count request, Exchange<Number> exchange) throws InterruptedException {
    exchange.tell(new Number(0));
    try {
      Thread.sleep(TimeUnit.HOURS.toMillis(1));
    } catch (InterruptedException e) {
      interrupted.countDown();
      throw e;
    }
  }

  @Test
  void shouldAnswerWithManyLinesInOrder() throws Exception {
    List<Integer> seen = new ArrayList<>();
    try (LocalConnection<Number> connection = LocalClient.open(folder, COUNT, new Count(5000))) {
      Optional<Number> next = connection.next();
      while (next.isPresent()) {
        seen.add(next.get().value());
        next = connection.next();
      }
    }
    assertThat(seen).hasSize(5000).isSorted().startsWith(1).endsWith(5000);
  }

  @Test
  void shouldTakeLinesWhileItAnswers() throws Exception {
    try (LocalConnection<Number> connection = LocalClient.open(folder, DOUBLE, new Count(0))) {
      for (int i = 0; i < 100; i++) {
        connection.send(new Number(i));
        assertThat(connection.next()).contains(new Number(2 * i));
      }
      connection.endOfLines();
      assertThat(connection.next()).isEmpty();
    }
  }

  @Test
  void shouldInterruptTheHandlerOfACommandThatIsGone() throws Exception {
    try (LocalConnection<Number> connection = LocalClient.open(folder, ENDLESS, new Count(0))) {
      assertThat(connection.next()).isPresent();
    }
    assertThat(interrupted.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private void leave(Count request, Exchange<Number> exchange) throws InterruptedException {
    asked.countDown();
    assertThat(ending.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    Thread.sleep(200); // the leader's answer comes a little after the daemon has begun to end
    exchange.tell(new Number(request.to()));
  }

  private void hanging(Count request, Exchange<Number> exchange) throws InterruptedException {
    asked.countDown();
    Thread.sleep(TimeUnit.HOURS.toMillis(1));
  }

  private CompletableFuture<Object> ask(LocalAction<Count, Number> action) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return LocalClient.ask(folder, action, new Count(7));
          } catch (LocalFailure e) {
            return String.valueOf(e.getMessage());
          }
        });
  }

  @Test
  void shouldAnswerTheCommandThatEndsTheDaemon() throws Exception {
    CompletableFuture<Object> answer = ask(LEAVE);
    assertThat(asked.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    ending.countDown();
    server.close();
    assertThat(answer.get(BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(new Number(7));
  }

  @Test
  void shouldTellTheOthersThatItStops() throws Exception {
    CompletableFuture<Object> hanging = ask(HANGING);
    assertThat(asked.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    try (LocalConnection<Number> flowing = LocalClient.open(folder, ENDLESS, new Count(0));
        SocketChannel silent =
            SocketChannel.open(UnixDomainSocketAddress.of(LocalSocket.in(folder)))) {
      assertThat(flowing.next()).isPresent();
      server.close();
      assertThat(catchThrowableOfType(LocalFailure.class, flowing::next))
          .hasMessageContaining("is stopping");
      assertThat(silent.isOpen()).isTrue();
    }
    assertThat(hanging.get(BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo("the daemon is stopping");
  }

  @Test
  void shouldTellWhyItWasNotDone() throws Exception {
    try (LocalConnection<Number> connection = LocalClient.open(folder, REFUSED, new Count(0))) {
      assertThat(connection.next()).isPresent();
      LocalFailure refused = catchThrowableOfType(LocalFailure.class, connection::next);
      assertThat(refused).hasMessage("not today");
      assertThat(refused.badInput()).isTrue();
    }
    LocalFailure broken =
        catchThrowableOfType(
            LocalFailure.class, () -> LocalClient.ask(folder, BROKEN, new Count(0)));
    assertThat(broken).hasMessageContaining("log");
    LocalFailure unknown =
        catchThrowableOfType(
            LocalFailure.class, () -> LocalClient.ask(folder, UNKNOWN, new Count(0)));
    assertThat(unknown).hasMessageContaining("unknown");
  }

  @Test
  void shouldAnswerNonsenseAndGoOn() throws Exception {
    assertThat(said("nonsense\n")).contains("does not understand");
    assertThat(said("null\n")).contains("does not understand");
    assertThat(said("\n")).contains("does not understand");
    assertThat(said("{\"version\":2,\"action\":\"count\",\"request\":null}\n")).contains("PROBLEM");
    assertThat(said("{\"version\":1,\"action\":\"NODES\"}\n")).contains("PROBLEM");
    assertThat(said("x".repeat(Conversation.LONGEST_REQUEST + 2))).contains("too long");
    assertThat(LocalClient.ask(folder, COUNT, new Count(1))).isEqualTo(new Number(1));
  }

  @Test
  void shouldServeMoreCommandsThanItHearsAtATime() throws Exception {
    List<Thread> commands = new ArrayList<>();
    List<Number> answers = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 3 * LocalServer.CALLERS; i++) {
      commands.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      answers.add(LocalClient.ask(folder, COUNT, new Count(1)));
                    } catch (LocalFailure e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread command : commands) {
      assertThat(command.join(java.time.Duration.ofSeconds(BOUND_SECONDS))).isTrue();
    }
    assertThat(answers).hasSize(3 * LocalServer.CALLERS);
  }

  private String said(String line) throws IOException {
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(LocalSocket.in(folder)))) {
      ByteBuffer out = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        channel.write(out);
      }
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
