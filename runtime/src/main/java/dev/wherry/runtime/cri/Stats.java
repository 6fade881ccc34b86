package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerAttributes;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ContainerStateValue;
import dev.wherry.proto.cri.v1.ContainerStats;
import dev.wherry.proto.cri.v1.ContainerStatsFilter;
import dev.wherry.proto.cri.v1.CpuUsage;
import dev.wherry.proto.cri.v1.LinuxPodSandboxStats;
import dev.wherry.proto.cri.v1.MemoryUsage;
import dev.wherry.proto.cri.v1.NetworkInterfaceUsage;
import dev.wherry.proto.cri.v1.NetworkUsage;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxAttributes;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.PodSandboxStateValue;
import dev.wherry.proto.cri.v1.PodSandboxStats;
import dev.wherry.proto.cri.v1.PodSandboxStatsFilter;
import dev.wherry.proto.cri.v1.ProcessUsage;
import dev.wherry.proto.cri.v1.UInt64Value;
import dev.wherry.runtime.cgroup.CgroupUsage;
import dev.wherry.runtime.cgroup.NetworkCounters;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Usage of running containers and sandboxes, read from their cgroups. */
public final class Stats {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ContainerService containers;
  private final SandboxService sandboxes;
  private final CpuRates rates = new CpuRates();
  private final InstantSource clock;

  public Stats(ContainerService containers, SandboxService sandboxes, InstantSource clock) {
    this.containers = containers;
    this.sandboxes = sandboxes;
    this.clock = clock;
  }

  ContainerStats container(String id) {
    ContainerStatsFilter filter = ContainerStatsFilter.newBuilder().setId(id).build();
    return containers(filter).stream()
        .findFirst()
        .orElseThrow(() -> CriFailures.notFound("running container", id));
  }

  List<ContainerStats> containers(ContainerStatsFilter filter) {
    ContainerFilter running =
        ContainerFilter.newBuilder()
            .setId(filter.getId())
            .setPodSandboxId(filter.getPodSandboxId())
            .putAllLabelSelector(filter.getLabelSelectorMap())
            .setState(ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_RUNNING))
            .build();
    var stats = new ArrayList<ContainerStats>();
    for (Container container : containers.list(running)) {
      usage(container.getId()).ifPresent(usage -> stats.add(stats(container, usage)));
    }
    return stats;
  }

  PodSandboxStats sandbox(String id) {
    PodSandboxStatsFilter filter = PodSandboxStatsFilter.newBuilder().setId(id).build();
    return sandboxes(filter).stream()
        .findFirst()
        .orElseThrow(() -> CriFailures.notFound("running sandbox", id));
  }

  List<PodSandboxStats> sandboxes(PodSandboxStatsFilter filter) {
    PodSandboxFilter ready =
        PodSandboxFilter.newBuilder()
            .setId(filter.getId())
            .putAllLabelSelector(filter.getLabelSelectorMap())
            .setState(PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_READY))
            .build();
    return sandboxes.list(ready).stream().map(this::stats).toList();
  }

  private Optional<CgroupUsage> usage(String id) {
    return containers.processId(id).flatMap(CgroupUsage::ofProcess);
  }

  private ContainerStats stats(Container container, CgroupUsage usage) {
    long now = now();
    var stats = ContainerStats.newBuilder();
    containers.writableLayer(container.getId()).ifPresent(stats::setWritableLayer);
    return stats
        .setAttributes(
            ContainerAttributes.newBuilder()
                .setId(container.getId())
                .setMetadata(container.getMetadata())
                .putAllLabels(container.getLabelsMap())
                .putAllAnnotations(container.getAnnotationsMap()))
        .setCpu(cpu(container.getId(), usage.cpuNanos(), now))
        .setMemory(memory(usage, now))
        .build();
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }

  private CpuUsage cpu(String id, OptionalLong nanos, long now) {
    var cpu = CpuUsage.newBuilder().setTimestamp(now);
    if (nanos.isPresent()) {
      cpu.setUsageCoreNanoSeconds(value(nanos.getAsLong()));
      rates.rate(id, nanos.getAsLong(), now).ifPresent(r -> cpu.setUsageNanoCores(value(r)));
    }
    return cpu.build();
  }

  private static MemoryUsage memory(CgroupUsage usage, long now) {
    var memory = MemoryUsage.newBuilder().setTimestamp(now);
    usage.workingSetBytes().ifPresent(v -> memory.setWorkingSetBytes(value(v)));
    usage.memoryBytes().ifPresent(v -> memory.setUsageBytes(value(v)));
    usage.rssBytes().ifPresent(v -> memory.setRssBytes(value(v)));
    usage.pageFaults().ifPresent(v -> memory.setPageFaults(value(v)));
    usage.majorPageFaults().ifPresent(v -> memory.setMajorPageFaults(value(v)));
    if (usage.memoryLimitBytes().isPresent() && usage.workingSetBytes().isPresent()) {
      long left = usage.memoryLimitBytes().getAsLong() - usage.workingSetBytes().getAsLong();
      memory.setAvailableBytes(value(Math.max(0, left)));
    }
    return memory.build();
  }

  private PodSandboxStats stats(PodSandbox sandbox) {
    ContainerStatsFilter inside =
        ContainerStatsFilter.newBuilder().setPodSandboxId(sandbox.getId()).build();
    List<ContainerStats> parts = containers(inside);
    long now = now();
    long cpuNanos = 0;
    long nanoCores = 0;
    long workingSet = 0;
    long rss = 0;
    for (ContainerStats part : parts) {
      cpuNanos += part.getCpu().getUsageCoreNanoSeconds().getValue();
      nanoCores += part.getCpu().getUsageNanoCores().getValue();
      workingSet += part.getMemory().getWorkingSetBytes().getValue();
      rss += part.getMemory().getRssBytes().getValue();
    }
    var linux =
        LinuxPodSandboxStats.newBuilder()
            .setCpu(
                CpuUsage.newBuilder()
                    .setTimestamp(now)
                    .setUsageCoreNanoSeconds(value(cpuNanos))
                    .setUsageNanoCores(value(nanoCores)))
            .setMemory(
                MemoryUsage.newBuilder()
                    .setTimestamp(now)
                    .setWorkingSetBytes(value(workingSet))
                    .setRssBytes(value(rss)))
            .addAllContainers(parts);
    sandboxes
        .processId(sandbox.getId())
        .ifPresent(pid -> {
          linux.setNetwork(network(pid, now));
          linux.setProcess(processes(parts, now));
        });
    return PodSandboxStats.newBuilder()
        .setAttributes(
            PodSandboxAttributes.newBuilder()
                .setId(sandbox.getId())
                .setMetadata(sandbox.getMetadata())
                .putAllLabels(sandbox.getLabelsMap())
                .putAllAnnotations(sandbox.getAnnotationsMap()))
        .setLinux(linux)
        .build();
  }

  private ProcessUsage processes(List<ContainerStats> parts, long now) {
    long count = 1;
    for (ContainerStats part : parts) {
      count +=
          usage(part.getAttributes().getId()).map(usage -> usage.processes().orElse(0)).orElse(0L);
    }
    return ProcessUsage.newBuilder().setTimestamp(now).setProcessCount(value(count)).build();
  }

  private static NetworkUsage network(long pid, long now) {
    var usage = NetworkUsage.newBuilder().setTimestamp(now);
    for (NetworkCounters counters : NetworkCounters.ofProcess(pid)) {
      NetworkInterfaceUsage one =
          NetworkInterfaceUsage.newBuilder()
              .setName(counters.name())
              .setRxBytes(value(counters.rxBytes()))
              .setRxErrors(value(counters.rxErrors()))
              .setTxBytes(value(counters.txBytes()))
              .setTxErrors(value(counters.txErrors()))
              .build();
      if (counters.name().equals("eth0")) {
        usage.setDefaultInterface(one);
      }
      usage.addInterfaces(one);
    }
    return usage.build();
  }

  private static UInt64Value value(long number) {
    return UInt64Value.newBuilder().setValue(number).build();
  }
}
