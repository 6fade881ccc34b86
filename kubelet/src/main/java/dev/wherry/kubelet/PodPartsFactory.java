package dev.wherry.kubelet;

import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.eviction.PressureGate;
import dev.wherry.kubelet.image.ImagePulls;
import dev.wherry.kubelet.launch.PodConfigs;
import dev.wherry.kubelet.log.LogReader;
import dev.wherry.kubelet.log.LogWatch;
import dev.wherry.kubelet.pod.MountedNews;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodEvents;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.resource.ContainerFigures;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.kubelet.resource.PodCgroups;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.machinery.time.Timer;
import java.nio.file.Path;
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
      PodEvents events,
      MountedNews news,
      Timer clock,
      RandomGenerator random) {
    PodDirs dirs = new PodDirs(config.dataDir(), config.podLogsDir());
    ContainerFigures figures =
        new ContainerFigures(HostFigures.memoryBytes(), HostFigures.oomScoreFloor());
    return new PodParts(
        config,
        runtime,
        runtime.version().getRuntimeName(),
        api,
        events,
        news,
        new PodConfigs(config, dirs, figures),
        new NodeRoom(api::allocatable),
        new PressureGate(),
        new PodCgroups(
            CGROUPS, config.cgroupRoot(), runtime.systemdCgroups(), config.settings().pidsMax()),
        dirs,
        new Mounts(),
        new LogReader(new LogWatch()),
        new Semaphore(ImagePulls.PARALLEL_MAX),
        clock,
        random);
  }
}
