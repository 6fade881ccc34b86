package dev.wherry.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.RuntimeServiceGrpc;
import dev.wherry.proto.cri.v1.Services;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CriContractTest {
  private static final FileDescriptor SERVICES = Services.getDescriptor();

  @Test
  void runtimeService_asPublished_hasEveryRpc() {
    assertEquals(
        new TreeSet<>(
            List.of(
                "Version",
                "RunPodSandbox",
                "StopPodSandbox",
                "RemovePodSandbox",
                "PodSandboxStatus",
                "ListPodSandbox",
                "StreamPodSandboxes",
                "CreateContainer",
                "StartContainer",
                "StopContainer",
                "RemoveContainer",
                "ListContainers",
                "StreamContainers",
                "ContainerStatus",
                "UpdateContainerResources",
                "ReopenContainerLog",
                "ExecSync",
                "Exec",
                "Attach",
                "PortForward",
                "ContainerStats",
                "ListContainerStats",
                "StreamContainerStats",
                "PodSandboxStats",
                "ListPodSandboxStats",
                "StreamPodSandboxStats",
                "UpdateRuntimeConfig",
                "Status",
                "CheckpointContainer",
                "GetContainerEvents",
                "ListMetricDescriptors",
                "ListPodSandboxMetrics",
                "StreamPodSandboxMetrics",
                "RuntimeConfig",
                "UpdatePodSandboxResources")),
        names(SERVICES.findServiceByName("RuntimeService")));
    assertEquals("runtime.v1.RuntimeService", RuntimeServiceGrpc.SERVICE_NAME);
  }

  @Test
  void imageService_asPublished_hasEveryRpc() {
    assertEquals(
        new TreeSet<>(
            List.of(
                "ListImages",
                "StreamImages",
                "ImageStatus",
                "PullImage",
                "RemoveImage",
                "ImageFsInfo")),
        names(SERVICES.findServiceByName("ImageService")));
    assertEquals("runtime.v1.ImageService", ImageServiceGrpc.SERVICE_NAME);
  }

  @Test
  void streamingRpcs_asPublished_streamFromTheServerOnly() {
    var streaming = new TreeSet<String>();
    for (ServiceDescriptor service : SERVICES.getServices()) {
      for (MethodDescriptor method : service.getMethods()) {
        assertTrue(!method.isClientStreaming(), method.getName());
        if (method.isServerStreaming()) {
          streaming.add(method.getName());
        }
      }
    }
    assertEquals(
        new TreeSet<>(
            List.of(
                "StreamPodSandboxes",
                "StreamContainers",
                "StreamContainerStats",
                "StreamPodSandboxStats",
                "StreamPodSandboxMetrics",
                "StreamImages",
                "GetContainerEvents")),
        streaming);
  }

  @ParameterizedTest
  @CsvSource({
    "PodSandboxConfig,linux,8",
    "PodSandboxConfig,annotations,7",
    "PodSandboxConfig,port_mappings,5",
    "PodSandboxMetadata,attempt,4",
    "LinuxPodSandboxConfig,sysctls,3",
    "LinuxSandboxSecurityContext,run_as_group,8",
    "LinuxSandboxSecurityContext,seccomp,9",
    "LinuxSandboxSecurityContext,supplemental_groups_policy,11",
    "NamespaceOption,target_id,4",
    "NamespaceOption,userns_options,5",
    "ContainerConfig,command,3",
    "ContainerConfig,args,4",
    "ContainerConfig,log_path,11",
    "ContainerConfig,linux,15",
    "ContainerConfig,CDI_devices,17",
    "ContainerConfig,stop_signal,18",
    "Mount,propagation,5",
    "Mount,recursive_read_only,8",
    "Mount,image_sub_path,10",
    "LinuxContainerSecurityContext,no_new_privs,11",
    "LinuxContainerSecurityContext,run_as_group,12",
    "LinuxContainerSecurityContext,masked_paths,13",
    "LinuxContainerSecurityContext,seccomp,15",
    "LinuxContainerSecurityContext,supplemental_groups_policy,17",
    "LinuxContainerResources,oom_score_adj,5",
    "LinuxContainerResources,unified,9",
    "LinuxContainerResources,memory_swap_limit_in_bytes,10",
    "ContainerStatus,exit_code,7",
    "ContainerStatus,reason,10",
    "ContainerStatus,log_path,15",
    "ContainerStatus,image_id,17",
    "ContainerStatus,user,18",
    "PodSandboxStatus,network,5",
    "PodSandboxStatus,runtime_handler,9",
    "PodSandboxStatusResponse,containers_statuses,3",
    "ImageSpec,user_specified_image,18",
    "ImageSpec,image_ref,20",
    "Image,pinned,8",
    "ExecSyncResponse,exit_code,3",
    "ExecRequest,stderr,6",
    "StopContainerRequest,timeout,2",
    "CpuUsage,usage_nano_cores,3",
    "MemoryUsage,working_set_bytes,2",
    "ContainerStats,writable_layer,4",
    "StatusResponse,runtime_handlers,3",
    "ContainerEventResponse,containers_statuses,5",
    "AuthConfig,registry_token,6",
    "LinuxRuntimeConfiguration,cgroup_driver,1"
  })
  void field_asPublished_hasItsNumber(String message, String field, int number) {
    FieldDescriptor found = messages().get(message).findFieldByName(field);
    assertNotNull(found, message + "." + field);
    assertEquals(number, found.getNumber());
  }

  @Test
  void enums_asPublished_haveTheirNumbers() {
    var enums = new HashMap<String, Integer>();
    for (FileDescriptor file : files()) {
      file.getEnumTypes()
          .forEach(e -> e.getValues().forEach(v -> enums.put(v.getName(), v.getNumber())));
    }
    assertEquals(3, enums.get("TARGET"));
    assertEquals(1, enums.get("SANDBOX_NOTREADY"));
    assertEquals(2, enums.get("CONTAINER_EXITED"));
    assertEquals(1, enums.get("CGROUPFS"));
    assertEquals(23, enums.get("SIGTERM"));
    assertEquals(2, enums.get("PROPAGATION_BIDIRECTIONAL"));
    assertEquals(3, enums.get("CONTAINER_DELETED_EVENT"));
  }

  @Test
  void container_roundTrip_keepsUnknownFields() throws Exception {
    byte[] withUnknown = {(byte) 0xfa, 0x3f, 2, 'h', 'i'};
    assertTrue(Arrays.equals(withUnknown, ContainerConfig.parseFrom(withUnknown).toByteArray()));
  }

  private static Map<String, Descriptor> messages() {
    var all = new HashMap<String, Descriptor>();
    files().forEach(file -> file.getMessageTypes().forEach(m -> all.put(m.getName(), m)));
    return all;
  }

  private static Set<FileDescriptor> files() {
    var all = new LinkedHashSet<FileDescriptor>();
    addFiles(SERVICES, all);
    return all;
  }

  private static void addFiles(FileDescriptor file, Set<FileDescriptor> all) {
    if (all.add(file)) {
      file.getDependencies().forEach(d -> addFiles(d, all));
    }
  }

  private static TreeSet<String> names(ServiceDescriptor service) {
    var names = new TreeSet<String>();
    service.getMethods().forEach(m -> names.add(m.getName()));
    return names;
  }
}
