package dev.wherry.controllers.workload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
  /** What kubectl compares with its own by bytes: fields by their names, the directive first. */
  @Test
  void ofTemplate_asStored_hasUpstreamsBytes() {
    DaemonSet set =
        DaemonSet.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "d", "namespace": "n", "uid": "u"},
                 "spec": {"template": {
                   "spec": {"restartPolicy": "Always", "containers": [{"name": "c", "image": "i",
                     "ports": [{"protocol": "TCP", "containerPort": 80}], "resources": {}}],
                     "dnsPolicy": "ClusterFirst"},
                   "metadata": {"labels": {"b": "2", "a": "1", "A": "0"}}}}}
                """));

    ControllerRevision revision = new History(List.of()).ofTemplate(set, null);

    assertEquals(
        "{\"spec\":{\"template\":{\"$patch\":\"replace\","
            + "\"metadata\":{\"labels\":{\"A\":\"0\",\"a\":\"1\",\"b\":\"2\"}},"
            + "\"spec\":{\"containers\":[{\"image\":\"i\",\"name\":\"c\","
            + "\"ports\":[{\"containerPort\":80,\"protocol\":\"TCP\"}],\"resources\":{}}],"
            + "\"dnsPolicy\":\"ClusterFirst\",\"restartPolicy\":\"Always\"}}}}",
        new String(Json.write(revision.data()), UTF_8));
  }
}
