package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.generated.ExecHead;
import io.kollaps.node.generated.ExecInput;
import io.kollaps.node.generated.ExecOutput;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.run.Part;
import io.kollaps.node.run.RunFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one command inside an endpoint, its input and output being messages. */
final class PartExec {
  private static final int PIECE_BYTES = 32 * 1024;
  private static final int INPUT_PIECES = 64;
  private static final long FIRST_SECONDS = 10;
  private static final Logger LOG = LoggerFactory.getLogger(PartExec.class);

  private final PartHost parts;
  private final HappeningsStream.Sink<ExecOutput> to;

  /** The input of a command. */
  @FunctionalInterface
  interface Input {
    /** The next piece; empty when there is none any more. */
    Optional<ExecInput> next() throws InterruptedException;
  }

  PartExec(PartHost parts, HappeningsStream.Sink<ExecOutput> to) {
    this.parts = parts;
    this.to = to;
  }

  /** Serves the call of another node. */
  static StreamObserver<ExecInput> serve(PartHost parts, StreamObserver<ExecOutput> to) {
    BlockingQueue<ExecInput> input = new ArrayBlockingQueue<>(INPUT_PIECES);
    var _ =
        StreamServer.serve(
            to,
            stream -> {
              ExecInput first = input.poll(FIRST_SECONDS, TimeUnit.SECONDS);
              if (first == null || !first.hasHead()) {
                throw new IOException("nobody said what to run");
              }
              new PartExec(parts, stream::send)
                  .run(
                      first.getHead(),
                      () -> {
                        ExecInput next = input.take();
                        return next.getEnd() ? Optional.empty() : Optional.of(next);
                      });
            });
    return new StreamObserver<>() {
      @Override
      public void onNext(ExecInput next) {
        try {
          input.put(next); // holds up this call's input alone
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }

      @Override
      public void onError(Throwable gone) {
        LOG.debug("who ran a command went away: {}", gone.getMessage());
      }

      @Override
      public void onCompleted() {
        onNext(ExecInput.newBuilder().setEnd(true).build());
      }
    };
  }

  /** Runs a command to its end; an interrupt ends it at once. */
  void run(ExecHead head, Input input) throws InterruptedException {
    PartKey key = InstructionMessages.key(head.getKey());
    Optional<Part> part = parts.part(key);
    Process process;
    try {
      if (part.isEmpty()) {
        throw new RunFailedException("run " + key.run() + " has no part on this node at present");
      }
      process = part.get().enter(head.getEndpoint(), head.getCommandList());
    } catch (RunFailedException e) {
      to.accept(ExecOutput.newBuilder().setRefused(String.valueOf(e.getMessage())).build());
      return;
    }
    // an interrupt does not wake who reads from a process, so this thread only waits
    Thread feeding = Thread.ofVirtual().start(() -> feed(process, input));
    Thread output =
        copying(process.getInputStream(), piece -> ExecOutput.newBuilder().setOut(piece).build());
    Thread errors =
        copying(process.getErrorStream(), piece -> ExecOutput.newBuilder().setErr(piece).build());
    try {
      int code = process.waitFor();
      output.join();
      errors.join();
      to.accept(ExecOutput.newBuilder().setExitCode(code).build());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      feeding.interrupt();
      output.interrupt();
      errors.interrupt();
    }
  }

  private static void feed(Process process, Input input) {
    try (OutputStream out = process.getOutputStream()) {
      Optional<ExecInput> next = input.next();
      while (next.isPresent()) {
        next.get().getContent().writeTo(out);
        out.flush();
        next = input.next();
      }
    } catch (IOException e) {
      LOG.debug("a command takes no input any more: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Thread copying(InputStream from, Function<ByteString, ExecOutput> message) {
    return Thread.ofVirtual().start(() -> copy(from, message));
  }

  private void copy(InputStream from, Function<ByteString, ExecOutput> message) {
    byte[] buffer = new byte[PIECE_BYTES];
    try {
      int read = from.read(buffer);
      while (read >= 0) {
        ExecOutput piece = message.apply(ByteString.copyFrom(buffer, 0, read));
        synchronized (this) {
          to.accept(piece);
        }
        read = from.read(buffer);
      }
    } catch (IOException e) {
      LOG.debug("the output of a command ended: {}", e.getMessage());
    } catch (Exchange.CallerGoneException | StatusRuntimeException e) {
      LOG.debug("nobody reads the output of a command any more: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
