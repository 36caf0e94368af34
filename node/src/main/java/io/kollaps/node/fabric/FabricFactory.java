package io.kollaps.node.fabric;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import java.util.List;
import java.util.Optional;

/** Makes fabrics of one kind, and knows beforehand where and for what they cannot be made. */
public interface FabricFactory {

  /** Name as in {@code --fabric}. */
  String name();

  /**
   * Tries what the fabric needs of this machine, in scratch namespaces, and takes it away again.
   *
   * @return what does not work; empty when the fabric can be used
   */
  List<MissingPiece> missing();

  /**
   * Why the fabric cannot carry an experiment, on whatever machine.
   *
   * @return the reason, with the limit; empty when it can
   */
  Optional<String> refusal(FabricDemand demand);

  /**
   * Starts a fabric without ports.
   *
   * @param endpoints how many endpoints there will be
   * @param seed seed of every random draw
   * @throws FabricException when it cannot be made; nothing of it is left then
   */
  Fabric start(int endpoints, long seed) throws FabricException;
}
