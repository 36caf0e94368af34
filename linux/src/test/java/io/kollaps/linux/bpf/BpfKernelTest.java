package io.kollaps.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Maps and programs of the real kernel. Needs root. */
class BpfKernelTest {
  private static final MapDefinition TABLE =
      new MapDefinition("table", MapDefinition.HASH, 4, 4, 2, MapDefinition.NO_PREALLOC);

  @Test
  void shouldKeepEntries() throws Exception {
    try (BpfMap map = BpfMap.create(TABLE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(4, 8);
      byte[] key = {5, 0, 0, 0};
      assertThat(map.get(key, value)).isFalse();
      map.put(5, 70_000);
      assertThat(map.get(key, value)).isTrue();
      assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(70_000);
      map.put(6, 1);
      assertThatThrownBy(() -> map.put(7, 1))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("E2BIG")
          .hasMessageContaining("table");
      Set<Integer> keys = new TreeSet<>();
      for (byte[] at = map.nextKey(new byte[0]); at.length > 0; at = map.nextKey(at)) {
        keys.add((int) at[0]);
      }
      assertThat(keys).containsExactly(5, 6);
      assertThat(map.remove(5)).isTrue();
      assertThat(map.remove(5)).isFalse();
    }
  }

  @Test
  void shouldShareMemoryOfAnArrayBeyondItsDescriptor() throws Exception {
    MapDefinition definition =
        new MapDefinition("shared", MapDefinition.ARRAY, 4, 12, 1000, MapDefinition.MMAPABLE);
    try (BpfMap map = BpfMap.create(definition);
        Arena arena = Arena.ofConfined()) {
      assertThat(map.stride()).isEqualTo(16);
      MemorySegment value = arena.allocate(12, 8);
      try (OffHeapMemory memory = map.share()) {
        MemorySegment all = MemorySegment.ofAddress(memory.address()).reinterpret(16_000);
        all.set(ValueLayout.JAVA_INT, 999 * 16 + 8, 4711);
        assertThat(map.get(new byte[] {(byte) 0xe7, 3, 0, 0}, value)).isTrue();
        assertThat(value.get(ValueLayout.JAVA_INT, 8)).isEqualTo(4711);
        map.close();
        map.close();
        assertThat(all.get(ValueLayout.JAVA_INT, 999 * 16 + 8)).isEqualTo(4711);
      }
    }
  }

  @Test
  void shouldHoldMapsInMaps() throws Exception {
    MapDefinition inner =
        new MapDefinition("inner", MapDefinition.ARRAY, 4, 8, 4, MapDefinition.MMAPABLE);
    MapDefinition outer = new MapDefinition("outer", MapDefinition.ARRAY_OF_MAPS, 4, 4, 3, 0);
    try (BpfMap one = BpfMap.create(inner);
        BpfMap all = BpfMap.createOuter(outer, one);
        BpfMap other = BpfMap.create(inner.withEntries(5))) {
      all.put(2, one);
      all.putAll(Map.of());
      all.putAll(Map.of(0, one, 1, one));
      assertThatThrownBy(() -> all.putAll(Map.of(3, one)))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("outer");
      assertThatThrownBy(() -> all.put(1, other))
          .isInstanceOf(LinuxException.class)
          .satisfies(e -> assertThat(((LinuxException) e).errno()).isEqualTo(Errno.EINVAL));
    }
  }

  @Test
  void shouldLoadAProgramWithItsMaps() throws Exception {
    BpfObject object = BpfObject.parse(new TestObject().build());
    try (BpfMap counter = BpfMap.create(object.map("counter"));
        BpfProgram program =
            BpfProgram.load(object.program("returns"), Map.of("counter", counter))) {
      assertThat(program.fileDescriptor()).isPositive();
      assertThat(program.runs()).isEqualTo(new BpfProgram.Runs(0, 0));
      assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + program.fileDescriptor())))
          .contains("prog_type:\t3");
    }
    assertThatThrownBy(() -> BpfProgram.load(object.program("returns"), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("counter");
  }

  @Test
  void shouldPassOnWhyTheVerifierRefuses() throws Exception {
    TestObject bad = new TestObject();
    bad.code = TestObject.returnOfNothing();
    bad.relocated = false;
    BpfObject object = BpfObject.parse(bad.build());
    assertThatThrownBy(() -> BpfProgram.load(object.program("returns"), Map.of()))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("returns")
        .hasMessageContaining("EACCES")
        .hasMessageContaining("R0 !read_ok");
  }

  @Test
  void shouldRefuseSizesThatDoNotFit() throws Exception {
    try (BpfMap map = BpfMap.create(TABLE)) {
      assertThatThrownBy(() -> map.put(new byte[3], new byte[4]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> BpfMap.create(TABLE.withEntries(0)))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("EINVAL");
  }
}
