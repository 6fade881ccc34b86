package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.Quantity;
import dev.wherry.proto.cri.v1.HugepageLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugePagesTest {
  @TempDir Path folder;

  private void pages(String size, int count) throws IOException {
    Path of = Files.createDirectories(folder.resolve("hugepages-" + size + "kB"));
    Files.writeString(of.resolve("nr_hugepages"), count + "\n");
  }

  @Test
  void amounts_areTheKernels_byKubernetesNames() throws IOException {
    pages("2048", 3);
    pages("1048576", 0);
    pages("64", 2);
    Map<String, Long> bytes = new HashMap<>();
    new HugePages(folder).amounts().forEach((name, amount) -> bytes.put(name, amount.value()));
    assertEquals(
        Map.of("hugepages-2Mi", 6L << 20, "hugepages-1Gi", 0L, "hugepages-64Ki", 128L << 10),
        bytes);
    assertEquals(Map.of(), new HugePages(folder.resolve("none")).amounts());
  }

  @Test
  void limits_nameEverySizeThatHasPages() throws IOException {
    pages("2048", 3);
    pages("1048576", 1);
    pages("64", 0);
    List<HugepageLimit> limits =
        new HugePages(folder).limits(Map.of("hugepages-2Mi", Quantity.parse("4Mi")));
    assertEquals(
        List.of(
            HugepageLimit.newBuilder().setPageSize("1GB").setLimit(0).build(),
            HugepageLimit.newBuilder().setPageSize("2MB").setLimit(4 << 20).build()),
        limits);
  }

  @Test
  void pageBytes_ofResourcesAndMedia() {
    assertEquals(Optional.of(2L << 20), HugePages.pageBytes("hugepages-2Mi"));
    assertEquals(Optional.of(1L << 30), HugePages.pageBytes("HugePages-1Gi"));
    assertEquals(Optional.empty(), HugePages.pageBytes("memory"));
    assertEquals(Optional.empty(), HugePages.pageBytes("hugepages-many"));
  }
}
