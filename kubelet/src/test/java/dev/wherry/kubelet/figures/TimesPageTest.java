package dev.wherry.kubelet.figures;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.pod.PodCounts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimesPageTest {
  @Test
  void of_aRuntimeThatIsAway_countsItsFailures() {
    try (CriRuntime runtime = new CriRuntime("unix:///nowhere.sock")) {
      assertThrows(CriException.class, () -> runtime.lists().sandboxStatus("id"));
      assertThrows(CriException.class, () -> runtime.images().filesystems());
      String page = TimesPage.of(new PodCounts(), runtime.operations(), Duration.ofDays(1));
      for (String line :
          new String[] {
            "kubelet_runtime_operations_total{operation_type=\"podsandbox_status\"} 1",
            "kubelet_runtime_operations_errors_total{operation_type=\"image_fs_info\"} 1",
            "kubelet_runtime_operations_duration_seconds_bucket{operation_type=\"image_fs_info\",le=\"+Inf\"} 1",
            "kubelet_certificate_manager_server_ttl_seconds 86400",
            "kubelet_pod_start_duration_seconds_count 0"
          }) {
        assertTrue(page.contains(line + "\n"), () -> line + " in " + page);
      }
    }
  }
}
