package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;

/** Feeds the commands of the replicated log to {@link ControlRules}, and keeps snapshots. */
final class ControlStateMachine extends BaseStateMachine {
  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final ClientId own;
  private final Replication.Listener listener;
  private volatile ControlState state = ControlState.empty();

  /**
   * A machine.
   *
   * @param own whose commands it takes: this process', on the leader. Other processes reach it by
   *     calls between nodes, which check who asks.
   * @param listener who is told
   */
  ControlStateMachine(ClientId own, Replication.Listener listener) {
    this.own = own;
    this.listener = listener;
  }

  ControlState state() {
    return state;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    // the server expects its machine to drive its life cycle; else it does not survive a snapshot
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, group, raftStorage);
              storage.init(raftStorage);
              load();
            },
            IOException.class);
  }

  @Override
  public void pause() {
    if (getLifeCycle().compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    getLifeCycle().transition(LifeCycle.State.STARTING);
    load();
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private void load() throws IOException {
    SingleFileSnapshotInfo snapshot = storage.loadLatestSnapshot();
    if (snapshot == null) {
      return;
    }
    Path file = snapshot.getFile().getPath();
    try {
      MD5Hash digest = snapshot.getFile().getFileDigest();
      if (digest != null) {
        MD5FileUtil.verifySavedMD5(file.toFile(), digest);
      }
      state = ControlCodec.decodeState(Files.readAllBytes(file));
      setLastAppliedTermIndex(snapshot.getTermIndex());
    } catch (UnknownFormatException e) {
      listener.failed("snapshot " + file + ": " + e.getMessage());
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    listener.changed(state);
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public long takeSnapshot() throws IOException {
    ControlState now;
    TermIndex last;
    synchronized (this) {
      now = state;
      last = getLastAppliedTermIndex();
    }
    Path file = storage.getSnapshotFile(last.getTerm(), last.getIndex()).toPath();
    Path folder = java.util.Objects.requireNonNull(file.getParent());
    Files.createDirectories(folder);
    Path next = Files.createTempFile(folder, "making", ".snapshot");
    Files.write(next, ControlCodec.encode(now));
    Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    storage.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, digest), last));
    return last.getIndex();
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    TransactionContext context = super.startTransaction(request);
    if (!own.equals(request.getClientId())) {
      context.setException(new IOException("commands come from the leader's own process only"));
    }
    return context;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    RaftProtos.LogEntryProto entry = transaction.getLogEntry();
    byte[] bytes = entry.getStateMachineLogEntry().getLogData().toByteArray();
    try {
      ControlRules.Applied applied = ControlRules.apply(state, ControlCodec.decode(bytes));
      synchronized (this) {
        state = applied.state();
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      }
      if (applied.outcome() instanceof Outcome.Done) {
        listener.changed(applied.state());
      }
      return CompletableFuture.completedFuture(
          Message.valueOf(ByteString.copyFrom(ControlCodec.encode(applied.outcome()))));
    } catch (UnknownFormatException e) {
      // going on would make a state that differs from the other nodes'
      listener.failed("the replicated log, entry " + entry.getIndex() + ": " + e.getMessage());
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    listener.leaderChanged(
        leader == null || leader.toString().isEmpty()
            ? Optional.empty()
            : Optional.of(new NodeId(leader.toString())));
  }
}
