package io.kollaps.fabric.userspace;

import org.junit.jupiter.api.Tag;

/**
 * The fabric that works on any kernel, in the test kernel: where it passes and another one fails,
 * it is not the test kernel. Two minutes, run when asked for: {@code scripts/test-in-test-kernel
 * fabric -- --scan-classpath=target/test-classes --include-tag=test-kernel-cross-check}.
 */
@Tag("test-kernel-cross-check")
class UserSpaceFabricInTestKernelTest extends UserSpaceFabricConformanceTest {}
