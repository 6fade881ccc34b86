package dev.wherry.kubelet.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.pod.PodView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases of upstream's memorymanager/policy_static_test.go; sizes in bytes, the pods' is 1 Mi. */
class MemoryBookTest {
  private static final long MIB = 1L << 20;
  private static final MemorySettings STATIC = new MemorySettings(true, Map.of(0, MIB));
  private static final Topology MACHINE =
      new Topology(new TreeMap<>(), NumaNodes.of(0, 1), Map.of());

  @TempDir Path folder;

  /** Two nodes, of the first of which a MiB is reserved. */
  private MemoryBook book(long first, long second) {
    return new MemoryBook(
        Map.of(0, first * MIB + MIB, 1, second * MIB),
        STATIC,
        new StateFile(folder.resolve("memory.json"), MemoryBook.VERSION));
  }

  private static Optional<Rejection> admit(MemoryBook book, TopologyPolicy policy, PodView pod)
      throws Exception {
    PlacementSettings settings =
        new PlacementSettings(CpuSettings.NONE, STATIC, policy, false, false, 8);
    return new Placements(List.of(book), settings, MACHINE).admit(pod);
  }

  private static PodView pod(String uid, String... containers) {
    return Machines.pod(uid, containers);
  }

  private static String nodes(MemoryBook book, String uid, String container) {
    return book.nodes(uid, container).map(n -> n.list().toString()).orElse("any");
  }

  @Test
  void admit_guaranteed_isBoundToOneNodeWhileItHasRoom() throws Exception {
    MemoryBook book = book(2, 2);
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("p", "m:1", "m:1")));
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("q", "m:1")));
    assertEquals("[0]", nodes(book, "p", "m0"));
    assertEquals("[0]", nodes(book, "p", "m1"));
    assertEquals("[1]", nodes(book, "q", "m0"));
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("b", "b:1")));
    assertEquals("any", nodes(book, "b", "b0"));
  }

  @Test
  void admit_noNodeHasEnough_isRefusedUntilSomebodyLeaves() throws Exception {
    MemoryBook book = book(1, 0);
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("p", "m:1")));
    Rejection why = admit(book, TopologyPolicy.NONE, pod("q", "m:1")).orElseThrow();
    assertEquals("UnexpectedAdmissionError", why.reason());
    assertTrue(why.message().contains("no NUMA nodes with enough memory is available"));
    assertEquals(
        "TopologyAffinityError",
        admit(book, TopologyPolicy.RESTRICTED, pod("q", "m:1")).orElseThrow().reason());
    book.release("p");
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("q", "m:1")));
  }

  @Test
  void admit_initContainers_passTheirMemoryOn() throws Exception {
    MemoryBook book = book(1, 0);
    assertEquals(Optional.empty(), admit(book, TopologyPolicy.NONE, pod("p", "i:1", "i:1", "m:1")));
    assertTrue(admit(book, TopologyPolicy.NONE, pod("q", "m:1")).isPresent());
  }

  @Test
  void restart_keepsPromises_andDropsThoseThatTheMachineCannotKeep() throws Exception {
    MemoryBook before = book(2, 2);
    assertEquals(Optional.empty(), admit(before, TopologyPolicy.NONE, pod("p", "m:1")));
    assertEquals(Optional.empty(), admit(before, TopologyPolicy.NONE, pod("q", "m:1")));
    MemoryBook later = book(2, 2);
    assertEquals("[0]", nodes(later, "q", "m0"));
    later.keepOnly(Set.of("q"));
    assertEquals("any", nodes(later, "p", "m0"));
    assertEquals("any", nodes(book(0, 2), "q", "m0"));
  }

  @Test
  void hints_groupsOfNodes_areNotMixedWithSingleOnes() {
    Map<Integer, Long> nodes = Map.of(0, 10L, 1, 10L, 2, 10L);
    assertEquals("3! 5! 6! 7", hints(nodes, 15, List.of()));
    assertEquals("6!", hints(nodes, 15, List.of(promise(1, 5))));
    assertEquals("4! 3", hints(Map.of(0, 20L, 1, 20L, 2, 10L), 5, List.of(promise(3, 25))));
    assertEquals("4! 3", hints(nodes, 5, List.of(promise(3, 15))));
    assertEquals("4!", hints(nodes, 6, List.of(promise(3, 15))));
    assertEquals("", hints(nodes, 31, List.of()));
  }

  private static MemoryTable.Promise promise(long mask, long bytes) {
    return new MemoryTable.Promise(new NumaNodes(mask), bytes);
  }

  /** Node masks, with an exclamation mark where preferred. */
  private static String hints(
      Map<Integer, Long> nodes, long bytes, List<MemoryTable.Promise> promises) {
    return String.join(
        " ",
        new MemoryTable(nodes, promises)
            .hints(bytes, Map.of()).stream()
                .map(hint -> hint.nodes().bits() + (hint.preferred() ? "!" : ""))
                .toList());
  }
}
