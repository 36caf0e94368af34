package io.kollaps.node.deploy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a stream of answers from a thread of its own, which waits while the caller does not read,
 * and is interrupted when the caller goes away.
 */
final class StreamServer<R> {
  private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

  private final ServerCallStreamObserver<R> to;
  private final Semaphore room = new Semaphore(0);

  /** What sends the answers. */
  @FunctionalInterface
  interface Body<R> {
    /**
     * Sends all of them.
     *
     * @throws IOException when it cannot go on; the caller is told the message
     */
    void sendTo(StreamServer<R> stream) throws IOException, InterruptedException;
  }

  private StreamServer(ServerCallStreamObserver<R> to) {
    this.to = to;
  }

  /** Answers a call; returns at once. To be used in the method that serves the call. */
  static <R> StreamServer<R> serve(StreamObserver<R> observer, Body<R> body) {
    ServerCallStreamObserver<R> to = (ServerCallStreamObserver<R>) observer;
    StreamServer<R> stream = new StreamServer<>(to);
    Thread worker = Thread.ofVirtual().name("kollaps-stream").unstarted(() -> stream.run(body));
    to.setOnReadyHandler(stream.room::release);
    to.setOnCancelHandler(worker::interrupt);
    worker.start();
    return stream;
  }

  private void run(Body<R> body) {
    try {
      body.sendTo(this);
      to.onCompleted();
    } catch (InterruptedException e) {
      fail(Status.UNAVAILABLE.withDescription("this node is stopping"));
    } catch (IOException | IllegalArgumentException e) {
      fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    } catch (StatusRuntimeException e) {
      LOG.debug("a caller went away: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("a stream failed", e);
      fail(Status.INTERNAL.withDescription("it failed on the other node; its log says why"));
    }
  }

  private void fail(Status status) {
    if (!to.isCancelled()) {
      to.onError(status.asRuntimeException());
    }
  }

  /** Sends an answer; waits while there is no room. */
  void send(R answer) throws InterruptedException {
    while (!to.isReady()) {
      if (to.isCancelled()) {
        throw new InterruptedException("the caller has gone away");
      }
      room.acquire();
      var _ = room.drainPermits();
    }
    to.onNext(answer);
  }

  /** Whether the caller has gone away. */
  boolean isOver() {
    return to.isCancelled();
  }
}
