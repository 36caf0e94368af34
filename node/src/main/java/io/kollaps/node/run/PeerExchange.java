package io.kollaps.node.run;

import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.exchange.ReportCodec;
import io.kollaps.emulation.exchange.ReportInbox;
import io.kollaps.node.results.ExchangeCounts;
import io.kollaps.topology.path.CompiledExperiment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the parts of a run say to each other while it runs: a byte for the kind, then a piece of a
 * usage report ({@link ReportCodec}), or a question or an answer about conditions ({@link
 * PeerConditions}). Datagrams may come from any thread; what they say of flows waits for the loop.
 */
final class PeerExchange implements SharingLoop.Peers {
  /** Most reports that may wait for the loop; what comes beyond is lost, as datagrams may be. */
  static final int MAX_WAITING = 20_000;

  private static final byte USAGE = 1;
  private static final byte QUESTION = 2;
  private static final byte ANSWER = 3;

  /** Datagrams of other attempts at a run do not come here: whoever carries them keeps them off. */
  private static final long ATTEMPT = 0;

  private final Homes homes;
  private final PeerSender sender;
  private final Set<Integer> receivers;
  private final ReportInbox inbox;
  private final PeerConditions conditions;
  private final HandOver<CoreEvent> heard = new HandOver<>(MAX_WAITING, "reports wait");
  private final LongAdder sentDatagrams = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder receivedDatagrams = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder refusedDatagrams = new LongAdder();
  private volatile Runnable onQuestion = () -> {};

  PeerExchange(CompiledExperiment compiled, Homes homes, PeerSender sender) {
    this.homes = homes;
    this.sender = sender;
    this.inbox = new ReportInbox(ATTEMPT, homes.self(), homes.all());
    this.conditions =
        new PeerConditions(
            new Waited(compiled.endpoints()),
            homes,
            new PeerConditions.Mail() {
              @Override
              public void question(int toNode, byte[] content) {
                send(toNode, QUESTION, content);
              }

              @Override
              public void answer(int toNode, byte[] content) {
                send(toNode, ANSWER, content);
              }
            });
    Set<Integer> others = new TreeSet<>();
    for (int node = 0; node < homes.nodes(); node++) {
      if (node != homes.self()) {
        others.add(node);
      }
    }
    receivers = new CopyOnWriteArraySet<>(others);
    rehearse();
  }

  /** The first report must not be the one that loads the classes. */
  private void rehearse() {
    FlowReport report =
        FlowReport.full(
            homes.self(),
            0,
            List.of(
                new FlowReport.FlowDemand(0, 1_000_000),
                new FlowReport.FlowDemand(1, Long.MAX_VALUE)));
    for (byte[] piece : ReportCodec.write(ATTEMPT, report)) {
      var _ = ReportCodec.read(ByteBuffer.wrap(piece));
    }
  }

  /** What endpoints here wait for elsewhere, and others here. */
  PeerConditions conditions() {
    return conditions;
  }

  /** Sets what is run when another part asks; from then on questions are answered. */
  void onQuestion(Runnable told) {
    onQuestion = told;
  }

  @Override
  public void tell(FlowReport report) {
    if (receivers.isEmpty()) {
      return;
    }
    for (byte[] piece : ReportCodec.write(ATTEMPT, report)) {
      for (int node : receivers) {
        send(node, USAGE, piece);
      }
    }
  }

  @Override
  public Optional<CoreEvent> heard() {
    return heard.poll();
  }

  /** A datagram came in. */
  void datagram(int fromNode, ByteBuffer payload, long nowNanos) {
    receivedDatagrams.increment();
    receivedBytes.add(payload.remaining());
    if (!understood(fromNode, payload, nowNanos)) {
      refusedDatagrams.increment();
    }
  }

  private boolean understood(int fromNode, ByteBuffer payload, long nowNanos) {
    if (!payload.hasRemaining() || !receivers.contains(fromNode)) {
      return false;
    }
    return switch (payload.get()) {
      case USAGE -> usage(fromNode, payload, nowNanos);
      case QUESTION -> {
        boolean understood = conditions.heardQuestion(fromNode, payload, nowNanos);
        onQuestion.run();
        yield understood;
      }
      case ANSWER -> conditions.heardAnswer(fromNode, payload, nowNanos);
      default -> false;
    };
  }

  private boolean usage(int fromNode, ByteBuffer payload, long nowNanos) {
    Optional<FlowReport> report;
    synchronized (inbox) {
      report = inbox.take(fromNode, payload);
    }
    return report.isPresent() && heard.offer(new CoreEvent.PeerFlows(nowNanos, report.get()));
  }

  /** Another part is gone. */
  void gone(int node, long nowNanos) {
    if (receivers.remove(node)) {
      conditions.gone(node);
      heard.put(new CoreEvent.PeerGone(nowNanos, node));
    }
  }

  /** What was told and heard so far. */
  ExchangeCounts counts() {
    return new ExchangeCounts(
        sentDatagrams.sum(),
        sentBytes.sum(),
        receivedDatagrams.sum(),
        receivedBytes.sum(),
        refusedDatagrams.sum());
  }

  private void send(int toNode, byte kind, byte[] content) {
    byte[] payload = new byte[1 + content.length];
    payload[0] = kind;
    System.arraycopy(content, 0, payload, 1, content.length);
    sentDatagrams.increment();
    sentBytes.add(payload.length);
    sender.send(toNode, payload);
  }
}
