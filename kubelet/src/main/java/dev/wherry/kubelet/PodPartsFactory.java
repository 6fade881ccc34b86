package dev.wherry.kubelet;

import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.device.DeviceBook;
import dev.wherry.kubelet.device.DeviceGrants;
import dev.wherry.kubelet.dynamic.DynamicResources;
import dev.wherry.kubelet.eviction.PressureGate;
import dev.wherry.kubelet.eviction.Signal;
import dev.wherry.kubelet.image.ImagePulls;
import dev.wherry.kubelet.image.PullCredentials;
import dev.wherry.kubelet.launch.IdRange;
import dev.wherry.kubelet.launch.PodConfigs;
import dev.wherry.kubelet.launch.UserNamespaces;
import dev.wherry.kubelet.log.LogReader;
import dev.wherry.kubelet.log.LogWatch;
import dev.wherry.kubelet.placement.CpuBook;
import dev.wherry.kubelet.placement.MemoryBook;
import dev.wherry.kubelet.placement.MemorySettings;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.kubelet.placement.Placements;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.kubelet.placement.Topology;
import dev.wherry.kubelet.placement.TopologyReader;
import dev.wherry.kubelet.pod.MountedNews;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodCounts;
import dev.wherry.kubelet.pod.PodEvents;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodShares;
import dev.wherry.kubelet.pod.Preemption;
import dev.wherry.kubelet.resource.ContainerFigures;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.kubelet.resource.PodCgroups;
import dev.wherry.kubelet.resource.SwapLimits;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Quantity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/** Puts together what pods' workers share. */
final class PodPartsFactory {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private PodPartsFactory() {}

  static PodParts create(
      KubeletConfig config,
      CriRuntime runtime,
      PodApi api,
      CsiVolumes csi,
      DynamicResources claims,
      PodEvents events,
      MountedNews news,
      Timer clock,
      RandomGenerator random)
      throws IOException {
    PodDirs dirs = PodDirs.of(config);
    ContainerFigures figures =
        new ContainerFigures(
            HostFigures.memoryBytes(),
            HostFigures.oomScoreFloor(),
            PodCgroups.unified(CGROUPS) && !config.settings().singleOomKill(),
            SwapLimits.ofMachine(CGROUPS, config.settings().limitedSwap()));
    return new PodParts(
        config,
        runtime,
        runtime.version().getRuntimeName(),
        api,
        events,
        news,
        new PodConfigs(config, dirs, figures, users(config, dirs)),
        new NodeRoom(api::allocatable),
        new Preemption(),
        new PressureGate(),
        shares(config, claims),
        cgroups(config, runtime),
        dirs,
        new Mounts(),
        csi,
        new LogReader(new LogWatch()),
        PullCredentials.open(config.settings().imageCredentials(), clock),
        new Semaphore(ImagePulls.PARALLEL_MAX),
        new PodCounts(),
        clock,
        random);
  }

  private static UserNamespaces users(KubeletConfig config, PodDirs dirs) throws IOException {
    long share = config.settings().idsPerPod();
    return new UserNamespaces(dirs, IdRange.ofHost(share, config.settings().maxPods()), share);
  }

  /** All pods together get what the machine has, less what is reserved. */
  private static PodCgroups cgroups(KubeletConfig config, CriRuntime runtime) throws IOException {
    NodeSettings settings = config.settings();
    PodCgroups cgroups =
        new PodCgroups(CGROUPS, config.cgroupRoot(), runtime.systemdCgroups(), settings.pidsMax());
    if (settings.enforced()) {
      Map<String, Quantity> reserved = settings.reserved();
      Quantity cpus = Quantity.ofMilli(HostFigures.cpuMillis());
      long cpu = cpus.minus(reserved.getOrDefault("cpu", Quantity.ZERO)).milliValue();
      long memory =
          HostFigures.memoryBytes() - reserved.getOrDefault("memory", Quantity.ZERO).value();
      cgroups.enforce(cpu, Math.max(memory, 0), pids(reserved));
    }
    return cgroups;
  }

  private static long pids(Map<String, Quantity> reserved) throws IOException {
    Quantity kept = reserved.get("pid");
    return kept == null
        ? NodeSettings.UNLIMITED
        : Math.max(1, HostFigures.processesMax(Path.of("/proc")) - kept.value());
  }

  /**
   * What pods have of the node to themselves.
   *
   * @throws IOException with a sentence, where the settings do not fit this machine
   */
  private static PodShares shares(KubeletConfig config, DynamicResources claims)
      throws IOException {
    Topology machine = TopologyReader.machine().read();
    PlacementSettings settings = config.settings().placement();
    if (settings.aligned() && machine.nodes().size() > settings.nodesMax()) {
      throw new IOException(
          "topologyManagerPolicy: this machine has more than max-allowable-numa-nodes, "
              + settings.nodesMax());
    }
    Path folder = config.dataDir();
    DeviceBook book =
        new DeviceBook(
            new StateFile(folder.resolve("devices.json"), DeviceBook.VERSION),
            HostFigures.bootId());
    DeviceGrants devices = new DeviceGrants(book, machine.nodes());
    try {
      CpuBook cpus =
          new CpuBook(
              machine,
              settings.cpus(),
              new StateFile(folder.resolve("cpus.json"), CpuBook.VERSION));
      MemoryBook memory = memory(config);
      Placements placements = new Placements(List.of(cpus, memory, devices), settings, machine);
      return new PodShares(placements, devices, cpus, memory, claims);
    } catch (IllegalArgumentException e) {
      throw new IOException("cpuManagerPolicy: " + e.getMessage(), e);
    }
  }

  /** What is reserved on the nodes must be what the whole machine reserves (rule: upstream's). */
  private static MemoryBook memory(KubeletConfig config) throws IOException {
    NodeSettings node = config.settings();
    MemorySettings settings = node.placement().memory();
    long reserved =
        node.reserved().getOrDefault("memory", Quantity.ZERO).value()
            + node.eviction().kept(Signal.MEMORY_AVAILABLE, HostFigures.memoryBytes());
    if (settings.exclusive() && settings.reservedBytes() != reserved) {
      throw new IOException(
          "memoryManagerPolicy: reservedMemory is %d bytes; kubeReserved, systemReserved and"
                  .formatted(settings.reservedBytes())
              + " evictionHard together are "
              + reserved);
    }
    return new MemoryBook(
        TopologyReader.machine().memory(),
        settings,
        new StateFile(config.dataDir().resolve("memory.json"), MemoryBook.VERSION));
  }
}
