package io.kollaps.fabric.tc;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.conformance.FabricConformance;
import org.junit.jupiter.api.Tag;

/** In the test kernel: few machines' kernels can be relied on to have netem. */
@Tag("test-kernel")
class TcFabricInTestKernelTest extends FabricConformance {
  private static final int ETHERNET_HEADER_BYTES = 14;

  @Override
  protected Fabric fabric(int endpoints) throws Exception {
    return TcFabric.start(endpoints, 1);
  }

  @Override
  protected int deviceHeaderBytes() {
    return ETHERNET_HEADER_BYTES;
  }
}
