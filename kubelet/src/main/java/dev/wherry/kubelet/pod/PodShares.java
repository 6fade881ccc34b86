package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.device.DeviceException;
import dev.wherry.kubelet.device.DeviceGrants;
import dev.wherry.kubelet.dynamic.DynamicResources;
import dev.wherry.kubelet.dynamic.DynamicResourcesException;
import dev.wherry.kubelet.env.ConfigException;
import dev.wherry.kubelet.placement.CpuBook;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.kubelet.placement.MemoryBook;
import dev.wherry.kubelet.placement.PlacementException;
import dev.wherry.kubelet.placement.Placements;
import dev.wherry.kubelet.resource.QosClass;
import dev.wherry.model.core.v1.Container;
import dev.wherry.proto.cri.v1.CDIDevice;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** What pods have of the node to themselves, as their workers set it aside and use it. */
public record PodShares(
    Placements placements,
    DeviceGrants devices,
    CpuBook cpus,
    MemoryBook memory,
    DynamicResources claims) {
  private static final long NO_QUOTA = -1;

  /** Sets aside what a new pod needs, or says why it may not run here. */
  Optional<Rejection> admit(PodView pod) throws InterruptedException {
    return placements.admit(pod);
  }

  /** Takes it back; a pod that is over holds nothing. */
  void release(String uid) {
    placements.release(uid);
  }

  /** A container's configuration with what it has to itself; asks plugins. */
  ContainerConfig apply(PodView pod, Container container, ContainerConfig config)
      throws ConfigException {
    Optional<PodView.Named> named = pod.container(container.name());
    if (named.isEmpty() || named.get().role() == PodView.Role.EPHEMERAL) {
      return config;
    }
    try {
      if (devices.lacks(pod, named.get())) {
        placements.complete(pod, named.get());
      }
      return claimed(pod, container, bound(pod, container, devices.use(pod, named.get(), config)));
    } catch (DynamicResourcesException e) {
      throw new ConfigException(e.text());
    } catch (DeviceException e) {
      throw new ConfigException(e.text());
    } catch (PlacementException e) {
      throw new ConfigException(e.text());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new ConfigException("the node agent is ending");
    }
  }

  /** Devices of claims are the runtime's to find, by their names. */
  private ContainerConfig claimed(PodView pod, Container container, ContainerConfig config)
      throws DynamicResourcesException {
    Set<String> names = new LinkedHashSet<>(claims.devices(pod, container));
    config.getCDIDevicesList().forEach(device -> names.remove(device.getName()));
    ContainerConfig.Builder out = config.toBuilder();
    names.forEach(name -> out.addCDIDevices(CDIDevice.newBuilder().setName(name)));
    return out.build();
  }

  /** A container with CPUs of its own needs no quota (rule: DisableCPUQuotaWithExclusiveCPUs). */
  private ContainerConfig bound(PodView pod, Container container, ContainerConfig config) {
    ContainerConfig.Builder out = config.toBuilder();
    LinuxContainerResources.Builder resources = out.getLinuxBuilder().getResourcesBuilder();
    memory
        .nodes(pod.uid(), container.name())
        .ifPresent(nodes -> resources.setCpusetMems(CpuSet.of(nodes.list()).toString()));
    if (cpus.exclusive()) {
      resources.setCpusetCpus(cpus.cpus(pod.uid(), container.name()).toString());
    }
    if (cpus.own(pod.uid(), container.name()).isPresent()) {
      resources.setCpuQuota(NO_QUOTA);
    }
    return out.build();
  }

  /** Why a pod's size cannot change here at all. */
  Optional<Rejection> fixed(PodView pod) {
    boolean bound = cpus.exclusive() || memory.exclusive();
    return bound && QosClass.of(pod) == QosClass.GUARANTEED
        ? Optional.of(
            new Rejection(
                Rejection.INFEASIBLE,
                "Resize is infeasible for Guaranteed Pods alongside %s Manager static policy"
                    .formatted(cpus.exclusive() ? "CPU" : "Memory")))
        : Optional.empty();
  }
}
