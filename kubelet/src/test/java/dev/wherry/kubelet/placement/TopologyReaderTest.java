package dev.wherry.kubelet.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyReaderTest {
  @TempDir Path system;

  private void put(String file, String text) throws IOException {
    Path path = system.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text + "\n");
  }

  @Test
  void read_twoSocketsWithThreads_findsCoresSocketsAndNodes() throws IOException {
    put("cpu/online", "0-3");
    put("node/online", "0-1");
    put("node/node0/cpulist", "0,2");
    put("node/node1/cpulist", "1,3");
    put("node/node0/distance", "10 21");
    put("node/node1/distance", "21 10");
    for (int cpu = 0; cpu < 4; cpu++) {
      put("cpu/cpu" + cpu + "/topology/physical_package_id", String.valueOf(cpu % 2));
      put("cpu/cpu" + cpu + "/topology/thread_siblings_list", cpu % 2 + "," + (cpu % 2 + 2));
    }
    Topology machine = new TopologyReader(system).read();
    assertEquals(new Topology.Cpu(3, 1, 1, 1), machine.cpus().get(3));
    assertEquals(2, machine.cpusPerCore());
    assertEquals(NumaNodes.of(0, 1), machine.nodes());
    assertEquals(15.5, machine.distance(machine.nodes()));
    assertEquals("0,2", machine.in(NumaNodes.of(0)).toString());
  }

  @Test
  void read_nothingThere_isOneCpuOnOneNode() throws IOException {
    Topology machine = new TopologyReader(system).read();
    assertEquals("0", machine.all().toString());
    assertEquals(NumaNodes.of(0), machine.nodes());
  }

  @Test
  void read_thisMachine_hasAllItsCpus() throws IOException {
    Topology machine = TopologyReader.machine().read();
    assertEquals(
        Files.readString(Path.of("/sys/devices/system/cpu/online")).strip(),
        machine.all().toString());
    assertTrue(machine.nodes().size() > 0);
  }
}
