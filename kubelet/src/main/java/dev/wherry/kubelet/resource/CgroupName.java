package dev.wherry.kubelet.resource;

import java.util.List;

/**
 * A group's name, from the root of all pods to a pod, such as kubepods, burstable, podUID (rule:
 * kubelet's CgroupName).
 */
record CgroupName(List<String> parts) {
  CgroupName {
    parts = List.copyOf(parts);
  }

  /** The groups above, from the first, and this one. */
  List<CgroupName> steps() {
    return java.util.stream.IntStream.rangeClosed(1, parts.size())
        .mapToObj(length -> new CgroupName(parts.subList(0, length)))
        .toList();
  }

  /** As a path of directories below each hierarchy. */
  String path() {
    return "/" + String.join("/", parts);
  }

  /** As systemd's slice: a dash is a level, so those of a pod's uid become underscores. */
  String slice() {
    return String.join("-", parts.stream().map(part -> part.replace('-', '_')).toList()) + ".slice";
  }
}
