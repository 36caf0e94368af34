package io.kollaps.fabric.kernel;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.conformance.FabricConformance;
import org.junit.jupiter.api.Tag;

/** What every fabric has to do, where the kernel has fq. */
@Tag("test-kernel")
class KernelFabricInTestKernelTest extends FabricConformance {
  private static final int ETHERNET_HEADER_BYTES = 14;

  @Override
  protected Fabric fabric(int endpoints) throws Exception {
    return KernelFabric.start(endpoints, KernelFabricOptions.DEFAULT);
  }

  @Override
  protected int deviceHeaderBytes() {
    return ETHERNET_HEADER_BYTES;
  }
}
