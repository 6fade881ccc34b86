package dev.wherry.runtime.builtin.spec;

import java.nio.file.Path;

/**
 * What a pod's containers share on the host.
 *
 * @param pid the sandbox's first process, whose namespaces they join
 * @param files holds resolv.conf, hosts and hostname
 * @param shm what becomes /dev/shm
 * @param hostname as the containers see it
 * @param cgroupParent as the kubelet gives it
 * @param systemd whether systemd makes the cgroups
 */
public record PodPlace(
    long pid, Path files, Path shm, String hostname, String cgroupParent, boolean systemd) {}
