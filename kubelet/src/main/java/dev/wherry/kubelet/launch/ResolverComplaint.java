package dev.wherry.kubelet.launch;

/** What an event says of a pod's resolver: something was left out, or could not be had. */
public record ResolverComplaint(String reason, String message) {}
