package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.pod.MountedNews.Mounted;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.core.v1.VolumeProjection;
import java.util.HashSet;
import java.util.Set;

/** Which ConfigMaps and Secrets a pod's volumes show. Pure. */
public final class MountedObjects {
  private MountedObjects() {}

  public static Set<Mounted> of(PodView pod) {
    Set<Mounted> all = new HashSet<>();
    for (Volume volume : pod.spec().volumes()) {
      if (volume.configMap() != null) {
        all.add(map(pod, volume.configMap().name()));
      }
      if (volume.secret() != null) {
        all.add(secret(pod, volume.secret().secretName()));
      }
      if (volume.projected() != null) {
        volume.projected().sources().forEach(part -> projected(pod, part, all));
      }
    }
    all.removeIf(mounted -> mounted.name().isEmpty());
    return all;
  }

  private static void projected(PodView pod, VolumeProjection part, Set<Mounted> all) {
    if (part.configMap() != null) {
      all.add(map(pod, part.configMap().name()));
    }
    if (part.secret() != null) {
      all.add(secret(pod, part.secret().name()));
    }
  }

  private static Mounted map(PodView pod, String name) {
    return new Mounted(ConfigMap.KIND, pod.namespace(), name);
  }

  private static Mounted secret(PodView pod, String name) {
    return new Mounted(Secret.KIND, pod.namespace(), name);
  }
}
