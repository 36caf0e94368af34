package io.kollaps.cluster.simulate.replica;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlState;
import java.util.Optional;

/** What a replica tells the program that it belongs to. Called as events of its host. */
public interface ReplicaListener {
  /** The state is another one. Several changes may come as one. */
  void changed(ControlState state);

  /** This node leads from now on; its state has every change that was ever decided. */
  void led(long term);

  /** This node leads no more, or found out that it does not any more. */
  void ledNoMore();

  /** Another node leads, as far as this one knows. */
  void leaderIs(Optional<NodeId> leader);
}
