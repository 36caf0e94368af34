package io.kollaps.fabric.kernel;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.overlay.FullOverlayConformance;

/** Two kernel fabrics, on any kernel: without fq nothing is delayed. */
class KernelOverlayTest extends FullOverlayConformance {
  @Override
  protected Fabric fabric(int node, int endpoints) throws Exception {
    return KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT, false, Step.Gate.OPEN);
  }

  @Override
  protected boolean delays() {
    return false;
  }

  /** The kernel drops most of it without a word. */
  @Override
  protected int countedGarbage() {
    return 20;
  }
}
