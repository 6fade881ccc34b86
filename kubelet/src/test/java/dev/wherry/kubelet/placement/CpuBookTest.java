package dev.wherry.kubelet.placement;

import static dev.wherry.kubelet.placement.Machines.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.pod.PodView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases of upstream's cpumanager/policy_static_test.go and topology_hints_test.go. */
class CpuBookTest {
  private static final Topology MACHINE = Machines.singleSocket();

  @TempDir Path folder;

  private StateFile file() {
    return new StateFile(folder.resolve("cpus.json"), CpuBook.VERSION);
  }

  private static CpuSettings reserved(int count) {
    return new CpuSettings(true, count, CpuSet.EMPTY, false, false);
  }

  private CpuBook book(CpuSettings settings) {
    return new CpuBook(MACHINE, settings, file());
  }

  private static String admit(CpuBook book, PodView pod) throws Exception {
    return new Placements(List.of(book), PlacementSettings.NONE, MACHINE)
        .admit(pod)
        .map(Rejection::message)
        .orElse("in");
  }

  private static String cpus(CpuBook book, String uid, String container) {
    return book.cpus(uid, container).toString();
  }

  @Test
  void admit_guaranteedWithWholeCpus_hasThemAloneAndOthersShareTheRest() throws Exception {
    CpuBook book = book(reserved(1));
    AtomicInteger told = new AtomicInteger();
    book.onChange(told::incrementAndGet);
    assertEquals("in", admit(book, pod("p", "m:2", "m:1")));
    assertEquals("1,5", cpus(book, "p", "m0"));
    assertEquals("4", cpus(book, "p", "m1"));
    assertEquals("0,2-3,6-7", cpus(book, "other", "c"));
    assertEquals(2, told.get());
    book.release("p");
    assertEquals("0-7", cpus(book, "other", "c"));
    assertEquals(3, told.get());
  }

  @Test
  void admit_burstableOrPartsOfACpu_shares() throws Exception {
    CpuBook book = book(reserved(1));
    assertEquals("in", admit(book, pod("p", "b:2")));
    assertEquals("in", admit(book, pod("q", "m:1500m")));
    assertEquals("in", admit(book(CpuSettings.NONE), pod("r", "m:2")));
    assertEquals("0-7", cpus(book, "p", "b0"));
    assertEquals("0-7", cpus(book, "q", "m0"));
  }

  @Test
  void admit_tooFewCpus_isRefusedAndHoldsNothing() throws Exception {
    CpuBook book = book(reserved(1));
    assertEquals("in", admit(book, pod("p", "m:4")));
    assertEquals(
        "Allocate failed due to not enough cpus available to satisfy request: requested=2,"
            + " available=1, which is unexpected",
        admit(book, pod("q", "m:2", "m:2")));
    assertEquals("in", admit(book, pod("q", "m:3")));
    assertEquals("0", cpus(book, "other", "c"));
  }

  @Test
  void admit_initContainers_passTheirCpusOnButSidecarsKeepThem() throws Exception {
    CpuBook book = book(reserved(1));
    assertEquals("in", admit(book, pod("p", "i:4", "s:1", "m:2", "m:2")));
    CpuSet init = book.cpus("p", "i0");
    CpuSet sidecar = book.cpus("p", "s1");
    CpuSet first = book.cpus("p", "m2");
    CpuSet second = book.cpus("p", "m3");
    assertEquals(5, sidecar.plus(first).plus(second).size());
    assertTrue(sidecar.plus(first).plus(second).covers(init));
  }

  @Test
  void admit_wholeCoresOnly_refusesHalvesAndWhatWouldBreakOne() throws Exception {
    CpuBook book = book(new CpuSettings(true, 1, CpuSet.EMPTY, true, false));
    assertEquals(
        "SMT Alignment Error: requested 1 cpus not multiple cpus per core = 2",
        admit(book, pod("p", "m:1")));
    assertEquals("in", admit(book, pod("p", "m:4")));
    assertEquals(
        "SMT Alignment Error: not enough free physical CPUs: available physical CPUs = 2,"
            + " requested CPUs = 4, CPUs per core = 2",
        admit(book, pod("q", "m:4")));
  }

  @Test
  void shared_reservedStrictly_leavesReservedCpusAlone() throws Exception {
    CpuBook book = book(new CpuSettings(true, 2, CpuSet.of(0, 1), false, true));
    assertEquals("2-7", cpus(book, "other", "c"));
    assertEquals("in", admit(book, pod("p", "m:2")));
    assertEquals("2,6", cpus(book, "p", "m0"));
    assertEquals("3-5,7", cpus(book, "other", "c"));
  }

  @Test
  void restart_keepsWhatPodsHold_andDropsWhatDoesNotFitAnyMore() throws Exception {
    assertEquals("in", admit(book(reserved(1)), pod("p", "m:2")));
    CpuBook later = book(reserved(1));
    assertEquals("1,5", cpus(later, "p", "m0"));
    assertEquals("in", admit(later, pod("p", "m:2")));
    assertEquals("in", admit(later, pod("q", "m:2")));

    CpuBook stricter = book(new CpuSettings(true, 2, CpuSet.of(0, 1), false, false));
    assertEquals("0-1,3-5,7", cpus(stricter, "p", "m0"));
    assertEquals("2,6", cpus(stricter, "q", "m0"));
    stricter.keepOnly(Set.of("p"));
    assertEquals("0-7", cpus(stricter, "q", "m0"));
  }

  @Test
  void reserved_moreThanThereIs_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> book(reserved(9)));
    assertThrows(
        IllegalArgumentException.class,
        () -> book(new CpuSettings(true, 1, CpuSet.of(9), false, false)));
  }

  @Test
  void hints_twoNodes_preferAsFewAsTheMachineAllows() throws Exception {
    Topology machine = Machines.dualSocket();
    CpuBook book = new CpuBook(machine, reserved(2), file());
    assertEquals("1! 2! 3", hints(book, "m:2"));
    assertEquals("2! 3", hints(book, "m:5"));
    assertEquals("3!", hints(book, "m:7"));
    assertEquals("", hints(book, "m:11"));
    assertEquals("none", hints(book, "b:2"));

    Placements single =
        new Placements(
            List.of(book),
            new PlacementSettings(
                reserved(2), MemorySettings.NONE, TopologyPolicy.SINGLE_NUMA_NODE, false, false, 8),
            machine);
    assertEquals(Optional.empty(), single.admit(pod("p", "m:5")));
    assertEquals("1,3,5,7,9", book.cpus("p", "m0").toString());
    assertEquals("TopologyAffinityError", single.admit(pod("q", "m:5")).orElseThrow().reason());
    assertEquals(Optional.empty(), single.admit(pod("q", "m:4")));
    assertEquals("2,4,8,10", book.cpus("q", "m0").toString());
  }

  @Test
  void admit_scopeOfThePod_allContainersLieTogetherOrNone() throws Exception {
    Topology machine = Machines.dualSocket();
    CpuBook book = new CpuBook(machine, reserved(2), file());
    Placements whole =
        new Placements(
            List.of(book),
            new PlacementSettings(
                reserved(2), MemorySettings.NONE, TopologyPolicy.SINGLE_NUMA_NODE, true, false, 8),
            machine);
    assertEquals(
        "TopologyAffinityError", whole.admit(pod("p", "m:4", "m:3")).orElseThrow().reason());
    assertEquals(Optional.empty(), whole.admit(pod("p", "m:4", "m:2")));
    assertTrue(
        CpuSet.parse("1,3,5,7,9,11").covers(book.cpus("p", "m0").plus(book.cpus("p", "m1"))));
  }

  /** Node masks, with an exclamation mark where preferred. */
  private static String hints(CpuBook book, String container) {
    PodView pod = pod("asks", container);
    Map<String, List<NumaHint>> hints = book.hints(pod, pod.mains().getFirst());
    if (hints.isEmpty()) {
      return "none";
    }
    return String.join(
        " ",
        hints.get("cpu").stream()
            .map(hint -> hint.nodes().bits() + (hint.preferred() ? "!" : ""))
            .toList());
  }
}
