package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.HugePages;
import dev.wherry.kubelet.resource.Requirements;
import java.util.Set;
import java.util.stream.Collectors;

/** Volumes of huge pages (rule: upstream's emptydir getPageSizeMountOption). Pure. */
final class HugePageVolumes {
  private static final String MEDIUM = "HugePages";

  private HugePageVolumes() {}

  static boolean is(String medium) {
    return medium.startsWith(MEDIUM);
  }

  /** The pages' size: the medium's, or the only one that the pod asks for. */
  static long pageBytes(PodView pod, String medium) throws VolumeException {
    if (!medium.equals(MEDIUM)) {
      return HugePages.pageBytes(medium)
          .orElseThrow(() -> new VolumeException("unsupported medium \"" + medium + "\""));
    }
    Set<Long> asked =
        pod.all().stream()
            .flatMap(named -> Requirements.of(named.container()).requests().keySet().stream())
            .flatMap(name -> HugePages.pageBytes(name).stream())
            .collect(Collectors.toSet());
    if (asked.size() != 1) {
      throw new VolumeException(
          "medium \"HugePages\" needs containers that ask for huge pages of one size; they ask for "
              + asked.size());
    }
    return asked.iterator().next();
  }
}
