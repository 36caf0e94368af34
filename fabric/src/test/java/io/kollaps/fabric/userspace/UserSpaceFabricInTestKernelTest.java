package io.kollaps.fabric.userspace;

import org.junit.jupiter.api.Tag;

/**
 * The fabric that works on any kernel, in the test kernel: where it passes and another one fails,
 * it is not the test kernel.
 */
@Tag("test-kernel")
class UserSpaceFabricInTestKernelTest extends UserSpaceFabricConformanceTest {}
