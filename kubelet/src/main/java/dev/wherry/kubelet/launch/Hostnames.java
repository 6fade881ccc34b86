package dev.wherry.kubelet.launch;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.HostAlias;
import java.util.List;

/** A pod's host name and hosts file (rule: kubelet's own, "Kubernetes-managed hosts file"). */
final class Hostnames {
  private static final int LABEL_CHARS_MAX = 63;

  private Hostnames() {}

  /** The short name inside the pod. */
  static String shortName(PodView pod) {
    if (!pod.spec().hostnameOverride().isEmpty()) {
      return pod.spec().hostnameOverride();
    }
    if (!pod.spec().hostname().isEmpty()) {
      return pod.spec().hostname();
    }
    String name = pod.name();
    if (name.length() > LABEL_CHARS_MAX) {
      name = name.substring(0, LABEL_CHARS_MAX);
    }
    int end = name.length();
    while (end > 0 && (name.charAt(end - 1) == '-' || name.charAt(end - 1) == '.')) {
      end--;
    }
    return name.substring(0, end);
  }

  /** The full name of a pod with a subdomain; empty for others. */
  static String fullName(PodView pod, String clusterDomain) {
    return pod.spec().subdomain().isEmpty()
        ? ""
        : shortName(pod)
            + "."
            + pod.spec().subdomain()
            + "."
            + pod.namespace()
            + ".svc."
            + clusterDomain;
  }

  /** The hosts file; {@code nodeHosts} is the node's own, for pods with its network. */
  static String hosts(PodView pod, List<String> podIps, String clusterDomain, String nodeHosts) {
    StringBuilder out = new StringBuilder();
    if (pod.hostNetwork()) {
      out.append("# Kubernetes-managed hosts file (host network).\n").append(nodeHosts);
    } else {
      out.append("# Kubernetes-managed hosts file.\n")
          .append("127.0.0.1\tlocalhost\n")
          .append("::1\tlocalhost ip6-localhost ip6-loopback\n")
          .append("fe00::0\tip6-localnet\n")
          .append("fe00::0\tip6-mcastprefix\n")
          .append("fe00::1\tip6-allnodes\n")
          .append("fe00::2\tip6-allrouters\n");
      String full = fullName(pod, clusterDomain);
      for (String ip : podIps) {
        out.append(ip).append('\t');
        if (!full.isEmpty()) {
          out.append(full).append('\t');
        }
        out.append(shortName(pod)).append('\n');
      }
    }
    if (!pod.spec().hostAliases().isEmpty()) {
      out.append("\n# Entries added by HostAliases.\n");
      for (HostAlias alias : pod.spec().hostAliases()) {
        out.append(alias.ip()).append('\t').append(String.join("\t", alias.hostnames()));
        out.append('\n');
      }
    }
    return out.toString();
  }
}
