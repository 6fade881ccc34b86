package dev.wherry.kubelet.figures;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** The Summary of {@code /stats/summary} (kubelet pkg/apis/stats/v1alpha1). */
public final class SummaryDocument {
  private final NodeFigures figures;
  private final boolean brief;

  private SummaryDocument(NodeFigures figures, boolean brief) {
    this.figures = figures;
    this.brief = brief;
  }

  /**
   * @param brief whether only CPU and memory are wanted
   */
  public static ObjectNode of(Figures figures, boolean brief) {
    return of(figures.look(), brief);
  }

  static ObjectNode of(NodeFigures figures, boolean brief) {
    return new SummaryDocument(figures, brief).make();
  }

  private ObjectNode make() {
    ObjectNode summary = Json.object();
    summary.set("node", node());
    ArrayNode pods = summary.putArray("pods");
    figures.pods().forEach(pod -> pods.add(pod(pod)));
    return summary;
  }

  private ObjectNode node() {
    NodeUse use = figures.node();
    String time = Times.time(use.readAt());
    ObjectNode node = Json.object().put("nodeName", use.name());
    node.put("startTime", Times.time(use.bootedAt()));
    node.set(
        "cpu",
        cpu(time, new ContainerUse.CpuUse(OptionalLong.of(use.cpuNanos()), use.nanoCores())));
    node.set("memory", memory(time, use.memory()));
    ArrayNode system = node.putArray("systemContainers");
    system.add(program(time, use.program()));
    system.add(allPods(time));
    if (brief) {
      return node;
    }
    node.putObject("swap")
        .put("time", time)
        .put("swapAvailableBytes", use.swap().availableBytes())
        .put("swapUsageBytes", use.swap().usedBytes());
    if (!use.networks().isEmpty()) {
      node.set("network", network(time, use.networks()));
    }
    node.set("fs", disk(time, OptionalLong.of(use.disk().usedBytes()), OptionalLong.empty()));
    ObjectNode runtime = node.putObject("runtime");
    runtime.set("imageFs", disk(time, use.imageBytes(), OptionalLong.empty()));
    runtime.set("containerFs", disk(time, layers(), OptionalLong.empty()));
    node.putObject("rlimit")
        .put("time", time)
        .put("maxpid", use.tasks().max())
        .put("curproc", use.tasks().running());
    return node;
  }

  /** Writable layers of all containers. */
  private OptionalLong layers() {
    return OptionalLong.of(
        figures.pods().stream()
            .flatMap(pod -> pod.containers().stream())
            .mapToLong(container -> container.rootFs().bytes().orElse(0))
            .sum());
  }

  private static ObjectNode program(String time, NodeUse.Program program) {
    ObjectNode out = Json.object().put("name", "kubelet");
    out.put("startTime", Times.time(program.startedAt()));
    out.set(
        "cpu",
        cpu(
            time,
            new ContainerUse.CpuUse(OptionalLong.of(program.cpuNanos()), OptionalLong.empty())));
    OptionalLong rss = OptionalLong.of(program.rssBytes());
    out.set(
        "memory",
        memory(
            time,
            new ContainerUse.MemoryUse(
                OptionalLong.empty(),
                rss,
                rss,
                rss,
                OptionalLong.of(program.faults()),
                OptionalLong.of(program.majorFaults()))));
    return out;
  }

  private ObjectNode allPods(String time) {
    ContainerUse.CpuUse cpu =
        figures.pods().stream()
            .map(PodUse::cpu)
            .reduce(ContainerUse.CpuUse.UNKNOWN, ContainerUse.CpuUse::plus);
    ContainerUse.MemoryUse memory =
        figures.pods().stream()
            .map(PodUse::memory)
            .reduce(ContainerUse.MemoryUse.UNKNOWN, ContainerUse.MemoryUse::plus);
    ObjectNode out = Json.object().put("name", "pods");
    out.put("startTime", Times.time(figures.node().bootedAt()));
    out.set("cpu", cpu(time, cpu));
    long left = figures.node().memoryBytes() - memory.workingSet().orElse(0);
    out.set("memory", memory(time, memory.leaving(left)));
    return out;
  }

  private ObjectNode pod(PodUse use) {
    ObjectNode pod = Json.object();
    pod.putObject("podRef")
        .put("name", use.name())
        .put("namespace", use.namespace())
        .put("uid", use.uid());
    use.startedAt().ifPresent(start -> pod.put("startTime", Times.time(start)));
    ArrayNode containers = pod.putArray("containers");
    use.containers().forEach(container -> containers.add(container(container)));
    String time = Times.time(use.readAt());
    pod.set("cpu", cpu(time, use.cpu()));
    pod.set("memory", memory(time, use.memory()));
    if (brief) {
      return pod;
    }
    if (!use.networks().isEmpty()) {
      pod.set("network", network(time, use.networks()));
    }
    if (!use.volumes().isEmpty()) {
      ArrayNode volumes = pod.putArray("volume");
      use.volumes().forEach(one -> volumes.add(volume(time, use.namespace(), one)));
    }
    pod.set("ephemeral-storage", disk(time, written(use), OptionalLong.empty()));
    use.processes().ifPresent(count -> pod.putObject("process_stats").put("process_count", count));
    return pod;
  }

  private static ObjectNode volume(String time, String namespace, VolumeSpace space) {
    ObjectNode out = Json.object().put("time", time);
    put(out, "availableBytes", space.bytes().available());
    put(out, "capacityBytes", space.bytes().total());
    put(out, "usedBytes", space.bytes().used());
    put(out, "inodesFree", space.inodes().available());
    put(out, "inodes", space.inodes().total());
    put(out, "inodesUsed", space.inodes().used());
    out.put("name", space.volume());
    if (!space.claim().isEmpty()) {
      out.putObject("pvcRef").put("name", space.claim()).put("namespace", namespace);
    }
    return out;
  }

  /** Layers and logs of all containers. */
  private static OptionalLong written(PodUse use) {
    return OptionalLong.of(
        use.containers().stream()
            .mapToLong(one -> one.logBytes() + one.rootFs().bytes().orElse(0))
            .sum());
  }

  private ObjectNode container(ContainerUse use) {
    String time = Times.time(use.readAt());
    ObjectNode out = Json.object().put("name", use.name());
    out.put("startTime", Times.time(use.startedAt().orElse(Instant.EPOCH)));
    out.set("cpu", cpu(time, use.cpu()));
    out.set("memory", memory(time, use.memory()));
    if (!brief) {
      out.set("rootfs", disk(time, use.rootFs().bytes(), use.rootFs().inodes()));
      out.set("logs", disk(time, OptionalLong.of(use.logBytes()), OptionalLong.empty()));
      use.kernel()
          .swapBytes()
          .ifPresent(bytes -> out.putObject("swap").put("time", time).put("swapUsageBytes", bytes));
    }
    return out;
  }

  private static ObjectNode cpu(String time, ContainerUse.CpuUse use) {
    ObjectNode out = Json.object().put("time", time);
    put(out, "usageNanoCores", use.nanoCores());
    put(out, "usageCoreNanoSeconds", use.nanos());
    return out;
  }

  private static ObjectNode memory(String time, ContainerUse.MemoryUse use) {
    ObjectNode out = Json.object().put("time", time);
    put(out, "availableBytes", use.available());
    put(out, "usageBytes", use.usage());
    put(out, "workingSetBytes", use.workingSet());
    put(out, "rssBytes", use.rss());
    put(out, "pageFaults", use.faults());
    put(out, "majorPageFaults", use.majorFaults());
    return out;
  }

  private ObjectNode disk(String time, OptionalLong used, OptionalLong inodes) {
    NodeUse.Disk disk = figures.node().disk();
    ObjectNode out = Json.object().put("time", time);
    out.put("availableBytes", disk.availableBytes()).put("capacityBytes", disk.capacityBytes());
    put(out, "usedBytes", used);
    put(out, "inodesUsed", inodes);
    return out;
  }

  /** The first interface stands for all, and in the list again. */
  private static ObjectNode network(String time, List<NetworkUse> networks) {
    ObjectNode out = interfaceOf(networks.getFirst());
    out.put("time", time);
    ArrayNode all = out.putArray("interfaces");
    networks.forEach(one -> all.add(interfaceOf(one)));
    return out;
  }

  private static ObjectNode interfaceOf(NetworkUse one) {
    return Json.object()
        .put("name", one.name())
        .put("rxBytes", one.rxBytes())
        .put("rxErrors", one.rxErrors())
        .put("txBytes", one.txBytes())
        .put("txErrors", one.txErrors());
  }

  private static void put(ObjectNode out, String field, OptionalLong value) {
    value.ifPresent(number -> out.put(field, number));
  }
}
