package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.eviction.PressureGate;
import dev.wherry.kubelet.image.PullCredentials;
import dev.wherry.kubelet.launch.PodConfigs;
import dev.wherry.kubelet.log.LogReader;
import dev.wherry.kubelet.resource.PodCgroups;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.machinery.time.Timer;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * What all workers share.
 *
 * @param runtimeName the scheme of container ids, such as {@code containerd}
 * @param news changes of what pods mount
 * @param room what all pods hold of the node
 * @param preemption who makes room for critical pods
 * @param gate whom the node's pressures keep out
 * @param shares what pods have of it to themselves
 * @param csi volumes of drivers
 * @param credentials with what images are pulled
 * @param pulls bounds pulls at once
 * @param counts what has begun and ended
 */
public record PodParts(
    KubeletConfig config,
    CriRuntime runtime,
    String runtimeName,
    PodApi api,
    PodEvents events,
    MountedNews news,
    PodConfigs configs,
    NodeRoom room,
    Preemption preemption,
    PressureGate gate,
    PodShares shares,
    PodCgroups cgroups,
    PodDirs dirs,
    Mounts mounts,
    CsiVolumes csi,
    LogReader logs,
    PullCredentials credentials,
    Semaphore pulls,
    PodCounts counts,
    Timer clock,
    RandomGenerator random) {}
