package dev.wherry.kubelet.probe;

/** One row of what probes have found. */
public record ProbeCount(String container, ProbeKind kind, boolean successful, long times) {}
