package dev.wherry.kubelet.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeOperationsTest {
  @ParameterizedTest
  @CsvSource({
    "RunPodSandbox, run_podsandbox",
    "ListPodSandboxStats, list_podsandbox_stats",
    "PodSandboxStatus, podsandbox_status",
    "UpdateContainerResources, update_container",
    "ReopenContainerLog, reopen_container_log",
    "ImageFsInfo, image_fs_info",
    "ExecSync, exec_sync",
    "Version, version"
  })
  void name_ofAMethod_isUpstreams(String method, String name) {
    assertEquals(name, RuntimeOperations.name(method));
  }
}
