package io.kollaps.node.run;

import io.kollaps.linux.NetworkNamespace;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.ExitStatus;
import java.util.concurrent.CompletableFuture;

/** An endpoint of a rehearsal: nothing runs, and it ends when it is asked to. */
final class RehearsalInstance implements EndpointInstance {
  private static final int TERMINATED = 143;
  private static final int KILLED = 137;

  private volatile CompletableFuture<ExitStatus> status =
      CompletableFuture.completedFuture(new ExitStatus(0, ExitStatus.Cause.ENDED));

  @Override
  public NetworkNamespace networkNamespace() {
    throw new UnsupportedOperationException("a rehearsal has no network");
  }

  @Override
  public void awaitReady(long timeoutNanos) {
    // nothing has to be prepared
  }

  @Override
  public void prepare() {
    // nothing has to be prepared
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public CompletableFuture<ExitStatus> start() {
    CompletableFuture<ExitStatus> started = new CompletableFuture<>();
    status = started;
    return started;
  }

  @Override
  public boolean running() {
    return !status.isDone();
  }

  @Override
  public boolean listensOn(int port) {
    return running();
  }

  @Override
  public void leave(long graceNanos) {
    status.complete(new ExitStatus(TERMINATED, ExitStatus.Cause.LEFT));
  }

  @Override
  public void crash() {
    status.complete(new ExitStatus(KILLED, ExitStatus.Cause.CRASHED));
  }

  @Override
  public void remove() {
    crash();
  }
}
