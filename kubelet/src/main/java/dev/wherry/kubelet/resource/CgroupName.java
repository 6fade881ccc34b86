package dev.wherry.kubelet.resource;

import java.util.List;
import java.util.stream.Stream;

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

  /** The group that this one lies in. */
  CgroupName above() {
    return new CgroupName(parts.subList(0, parts.size() - 1));
  }

  /** The group of this name below. */
  CgroupName child(String part) {
    return new CgroupName(Stream.concat(parts.stream(), Stream.of(part)).toList());
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
