package io.kollaps.node.local;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The daemon's side of one connection: reads a request, lets it be answered, and interrupts the
 * handler when the command goes away.
 */
public final class Conversation {
  /** Longest line of a command: a compressed topology file and room to spare. */
  public static final int LONGEST_REQUEST = 1024 * 1024;

  private static final int INPUT_LINES = 16;
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private final Wire wire;
  private final LocalActions actions;
  private final Permission permission;
  private final BlockingQueue<Wire.InputLine> input = new ArrayBlockingQueue<>(INPUT_LINES);
  private final Patience patience;
  private volatile boolean gone;
  private volatile boolean told;
  private boolean ended;
  private Optional<Thread> answering = Optional.empty();

  /** Says who may not ask for something. */
  @FunctionalInterface
  interface Permission {
    /** Does nothing, or fails with the reason. */
    void require(String action) throws LocalFailure;
  }

  /** A conversation over a connection; the connection is closed at its end. */
  public Conversation(Wire wire, LocalActions actions) {
    this(wire, actions, action -> {});
  }

  /** The same with a caller who may not ask for everything. */
  Conversation(Wire wire, LocalActions actions, Permission permission) {
    this.wire = wire;
    this.actions = actions;
    this.permission = permission;
    patience = new Patience(wire, Patience.OF_DAEMON);
  }

  /** Holds it to its end, on the calling thread. */
  public void hold() {
    try (wire;
        patience) {
      Optional<Wire.RequestLine> request = request();
      if (request.isPresent()) {
        answer(request.get());
      }
    } catch (IOException e) {
      LOG.debug("a command went away: {}", e.getMessage());
    }
  }

  private Optional<Wire.RequestLine> request() throws IOException {
    try {
      return wire.read(Wire.RequestLine.class);
    } catch (JacksonException e) {
      wire.write(
          Wire.ReplyLine.problem(
              LocalFailure.failed("the daemon does not understand the request")));
    } catch (Wire.TooLongException e) {
      wire.write(
          Wire.ReplyLine.problem(
              LocalFailure.badInput("the request is too long: " + e.getMessage())));
    }
    return Optional.empty();
  }

  private void answer(Wire.RequestLine request) throws IOException {
    begin();
    Thread reader = Thread.ofVirtual().start(this::listen);
    Thread signs = Thread.ofVirtual().start(this::showLife);
    try {
      Wire.ReplyLine last = outcome(request);
      if (end()) {
        wire.write(last);
      }
    } finally {
      complete();
      // only now: an interrupt closes the channel that a thread waits on
      wire.close();
      reader.interrupt();
      signs.interrupt();
    }
  }

  private synchronized void begin() {
    answering = Optional.of(Thread.currentThread());
  }

  /** The handler is done; true when the command is still there to hear of it. */
  private synchronized boolean end() {
    ended = true;
    // a stop that came too late for the handler must not spoil its last line
    var _ = Thread.interrupted();
    return !gone;
  }

  private synchronized void complete() {
    answering = Optional.empty();
  }

  /** The command has gone away: who works for it stops. */
  private synchronized void leave() {
    if (!ended) {
      gone = true;
      answering.ifPresent(Thread::interrupt);
    }
  }

  /** Whether a request was read, and not answered to the end. */
  synchronized boolean isAnswering() {
    return answering.isPresent();
  }

  /** Whether a part of the answer was sent. */
  boolean hasTold() {
    return told;
  }

  /** The daemon ends: who works for the command stops, and the command is told so. */
  synchronized void stop() {
    if (!ended) {
      answering.ifPresent(Thread::interrupt);
    }
  }

  private Wire.ReplyLine outcome(Wire.RequestLine request) {
    try {
      permission.require(request.action());
      actions.answer(request, this);
      return Wire.ReplyLine.of(Wire.Kind.END);
    } catch (LocalFailure e) {
      return Wire.ReplyLine.problem(e);
    } catch (InterruptedException | Exchange.CallerGoneException e) {
      return Wire.ReplyLine.problem(LocalFailure.failed("the daemon is stopping"));
    } catch (RuntimeException e) {
      if (!gone) {
        LOG.error("'{}' failed", request.action(), e);
      }
      return Wire.ReplyLine.problem(
          LocalFailure.failed("it failed; the daemon's log says why: " + e));
    }
  }

  /** Takes what the command sends, and sees when it goes away. */
  private void listen() {
    try {
      Optional<Wire.InputLine> line = wire.read(Wire.InputLine.class);
      while (line.isPresent()) {
        input.put(line.get());
        line = wire.read(Wire.InputLine.class);
      }
    } catch (IOException | JacksonException e) {
      LOG.debug("a command is not listened to any more: {}", e.getMessage());
    } catch (InterruptedException e) {
      return; // the answer is complete
    }
    leave();
  }

  private void showLife() {
    try {
      while (!gone) {
        Thread.sleep(Patience.SIGN_OF_LIFE);
        send(Wire.ReplyLine.of(Wire.Kind.ALIVE));
      }
    } catch (InterruptedException | Exchange.CallerGoneException e) {
      // the answer is complete, or nobody is there to hear it
    }
  }

  private void send(Wire.ReplyLine line) {
    try {
      wire.write(line);
      patience.refresh();
    } catch (IOException e) {
      throw new Exchange.CallerGoneException(e);
    }
  }

  <R> Exchange<R> exchange() {
    return new Exchange<>() {
      @Override
      public void tell(R line) {
        send(new Wire.ReplyLine(Wire.Kind.VALUE, Wire.MAPPER.valueToTree(line), "", false));
        told = true;
      }

      @Override
      public <I> Optional<I> next(Class<I> kind) throws LocalFailure, InterruptedException {
        Wire.InputLine line = input.take();
        if (line.last()) {
          return Optional.empty();
        }
        try {
          return Optional.of(Wire.value(line.value(), kind));
        } catch (JacksonException e) {
          throw LocalFailure.failed("the daemon does not understand what the command sends");
        }
      }
    };
  }
}
