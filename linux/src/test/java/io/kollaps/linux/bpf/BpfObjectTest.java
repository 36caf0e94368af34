package io.kollaps.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.kollaps.linux.bpf.ProgramCode.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BpfObjectTest {

  @Test
  void shouldFindProgramsMapsAndData() throws Exception {
    BpfObject object = BpfObject.parse(new TestObject().build());
    assertThat(object.maps())
        .isEqualTo(Map.of("counter", new MapDefinition("counter", 2, 4, 8, 3, 1 << 10)));
    ProgramCode program = object.program("returns");
    assertThat(program.references()).isEqualTo(List.of(new Reference(0, "counter")));
    assertThat(program.instructions().bytes()).isEqualTo(TestObject.loadOfMapThenReturn(0));
    assertThat(program.license()).isEqualTo("Apache-2.0");
    assertThat(object.data("notes")).containsExactly(1, 2, 3);
    assertThat(object.data("nothing")).isEmpty();
    assertThatThrownBy(() -> object.program("other")).hasMessageContaining("returns");
  }

  @Test
  void shouldRefuseWhatItDoesNotTake() {
    refuse("relocatable file for BPF", o -> o.machine = 62);
    refuse("relocatable file for BPF", o -> o.fileType = 2);
    refuse("64-bit", o -> o.elfClass = 1);
    refuse("not the address of a map", o -> o.relocationType = 10);
    refuse("not the address of a map", o -> o.relocationSymbol = 1);
    refuse("has no symbol", o -> o.relocationSymbol = 3);
    refuse("loads an address", o -> o.relocationOffset = 4);
    refuse("loads an address", o -> o.relocationOffset = 16);
    refuse("loads an address", o -> o.relocationOffset = 24);
    refuse("loads an address", o -> o.relocationOffset = 1 << 20);
    refuse("loads an address", o -> o.relocationOffset = -8);
    refuse("not one function", o -> o.functionSize = 24);
    refuse("not one of 20 bytes", o -> o.mapSize = 24);
    refuse("not one of 20 bytes", o -> o.maps = new byte[12]);
    refuse("other things", o -> o.maps = new byte[40]);
    refuse("license", o -> o.license = false);
    refuse("type that is not taken", o -> o.otherSectionType = 4);
    refuse("type that is not taken", o -> o.otherSectionType = 8);
    refuse("no string table", o -> o.otherSectionType = 2);
    refuse("two sections relocate", o -> o.otherSectionType = 9);
  }

  private static void refuse(String reason, Consumer<TestObject> defect) {
    TestObject object = new TestObject();
    defect.accept(object);
    assertThatThrownBy(() -> BpfObject.parse(object.build()))
        .as(reason)
        .isInstanceOf(BpfObjectException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void shouldRefuseEveryTruncatedObject() {
    byte[] whole = new TestObject().build();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> BpfObject.parse(part))
          .as("%d bytes", length)
          .isInstanceOf(BpfObjectException.class);
    }
  }

  @Test
  void shouldReadOrRefuseAnyDamage() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] whole = new TestObject().build();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = whole.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        BpfObject.parse(damaged);
      } catch (BpfObjectException e) {
        refused++;
      } catch (RuntimeException e) {
        fail("seed " + seed + ", object " + i, e);
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void shouldTellOfAMissingResource() {
    assertThatThrownBy(() -> BpfObject.ofResource(BpfObjectTest.class, "nowhere.o"))
        .isInstanceOf(BpfObjectException.class)
        .hasMessageContaining("nowhere.o");
  }
}
