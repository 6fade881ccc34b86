package dev.wherry.kubelet.device;

import com.google.protobuf.ByteString;
import dev.wherry.proto.cri.v1.CDIDevice;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.Device;
import dev.wherry.proto.cri.v1.KeyValue;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import dev.wherry.proto.device.v1beta1.DeviceSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What plugins want done to a container, in CRI's terms (rule: upstream's
 * deviceRunContainerOptions: of two answers for one name or path the first counts, and the pod's
 * own environment counts before both).
 */
final class DeviceUse {
  private final ContainerConfig config;
  private final Map<String, String> env = new LinkedHashMap<>();
  private final Map<String, Mount> mounts = new LinkedHashMap<>();
  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private final Map<String, CDIDevice> named = new LinkedHashMap<>();

  DeviceUse(ContainerConfig config) {
    this.config = config;
  }

  void add(DeviceGrant grant) {
    grant.answer().ifPresent(this::add);
  }

  private void add(ContainerAllocateResponse answer) {
    answer.getEnvsMap().forEach(env::putIfAbsent);
    answer.getAnnotationsMap().forEach(annotations::putIfAbsent);
    for (dev.wherry.proto.device.v1beta1.Mount mount : answer.getMountsList()) {
      mounts.putIfAbsent(
          mount.getContainerPath(),
          Mount.newBuilder()
              .setContainerPath(mount.getContainerPath())
              .setHostPath(mount.getHostPath())
              .setReadonly(mount.getReadOnly())
              .build());
    }
    for (DeviceSpec device : answer.getDevicesList()) {
      devices.putIfAbsent(
          device.getContainerPath(),
          Device.newBuilder()
              .setContainerPath(device.getContainerPath())
              .setHostPath(device.getHostPath())
              .setPermissions(device.getPermissions())
              .build());
    }
    for (dev.wherry.proto.device.v1beta1.CDIDevice device : answer.getCdiDevicesList()) {
      named.putIfAbsent(device.getName(), CDIDevice.newBuilder().setName(device.getName()).build());
    }
  }

  /** The configuration with all that was added. */
  ContainerConfig config() {
    List<KeyValue> variables = new ArrayList<>();
    env.forEach((key, value) ->
        variables.add(
            KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build()));
    variables.addAll(config.getEnvsList());
    Map<String, String> notes = new LinkedHashMap<>(annotations);
    notes.putAll(config.getAnnotationsMap());
    return config.toBuilder()
        .clearEnvs()
        .addAllEnvs(variables)
        .addAllMounts(mounts.values())
        .addAllDevices(devices.values())
        .putAllAnnotations(notes)
        .addAllCDIDevices(named.values())
        .build();
  }
}
