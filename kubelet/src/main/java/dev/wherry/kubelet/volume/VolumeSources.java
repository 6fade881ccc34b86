package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.env.ConfigException;
import dev.wherry.kubelet.env.FieldRefs;
import dev.wherry.kubelet.env.PodAddresses;
import dev.wherry.kubelet.env.ResourceRefs;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.DownwardAPIVolumeFile;
import dev.wherry.model.core.v1.KeyToPath;
import dev.wherry.model.core.v1.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of ConfigMap, Secret and downward API volumes. Blocking reads of the API. */
final class VolumeSources {
  static final int DEFAULT_MODE = 0644;

  private final PodApi api;

  VolumeSources(PodApi api) {
    this.api = api;
  }

  List<VolumeFile> configMap(
      String namespace, String name, List<KeyToPath> items, @Nullable Boolean optional, int mode)
      throws VolumeException {
    Optional<ConfigMap> map = api.configMap(namespace, name);
    if (map.isEmpty()) {
      return absent(optional, "configmap \"" + name + "\" not found");
    }
    Map<String, byte[]> data = new LinkedHashMap<>();
    map.get().data().forEach((k, v) -> data.put(k, v.getBytes(StandardCharsets.UTF_8)));
    map.get().binaryData().forEach((k, v) -> data.put(k, v.toArray()));
    return pick(data, items, optional, mode, "configmap references non-existent config key: ");
  }

  List<VolumeFile> secret(
      String namespace, String name, List<KeyToPath> items, @Nullable Boolean optional, int mode)
      throws VolumeException {
    Optional<Secret> secret = api.secret(namespace, name);
    if (secret.isEmpty()) {
      return absent(optional, "secret \"" + name + "\" not found");
    }
    Map<String, byte[]> data = new LinkedHashMap<>();
    secret.get().data().forEach((k, v) -> data.put(k, v.toArray()));
    return pick(data, items, optional, mode, "references non-existent secret key: ");
  }

  List<VolumeFile> downward(
      PodView pod, PodAddresses addresses, List<DownwardAPIVolumeFile> items, int mode)
      throws VolumeException {
    List<VolumeFile> files = new ArrayList<>();
    for (DownwardAPIVolumeFile item : items) {
      String text;
      try {
        text = downwardText(pod, addresses, item);
      } catch (ConfigException e) {
        throw new VolumeException(e.text());
      }
      Integer own = item.mode();
      files.add(
          new VolumeFile(
              item.path(), text.getBytes(StandardCharsets.UTF_8), own == null ? mode : own));
    }
    return files;
  }

  private String downwardText(PodView pod, PodAddresses addresses, DownwardAPIVolumeFile item)
      throws ConfigException {
    if (item.fieldRef() != null) {
      return FieldRefs.value(pod.pod(), addresses, item.fieldRef().fieldPath());
    }
    if (item.resourceFieldRef() != null) {
      String name = item.resourceFieldRef().containerName();
      Optional<Container> container = pod.container(name).map(PodView.Named::container);
      if (container.isEmpty()) {
        throw new ConfigException("container " + name + " not found");
      }
      return ResourceRefs.value(item.resourceFieldRef(), container.get(), api.allocatable());
    }
    return "";
  }

  private static List<VolumeFile> pick(
      Map<String, byte[]> data,
      List<KeyToPath> items,
      @Nullable Boolean optional,
      int mode,
      String missing)
      throws VolumeException {
    List<VolumeFile> files = new ArrayList<>();
    if (items.isEmpty()) {
      data.forEach((key, bytes) -> files.add(new VolumeFile(key, bytes, mode)));
      return files;
    }
    for (KeyToPath item : items) {
      byte[] bytes = data.get(item.key());
      if (bytes == null) {
        if (!Boolean.TRUE.equals(optional)) {
          throw new VolumeException(missing + item.key());
        }
        continue;
      }
      Integer own = item.mode();
      files.add(new VolumeFile(item.path(), bytes, own == null ? mode : own));
    }
    return files;
  }

  private static List<VolumeFile> absent(@Nullable Boolean optional, String message)
      throws VolumeException {
    if (Boolean.TRUE.equals(optional)) {
      return List.of();
    }
    throw new VolumeException(message);
  }
}
