package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealthChecksTest {
  @Test
  void checks_haveUpstreamsNames_andMayBeExcluded(@TempDir Path data) throws Exception {
    try (ServerFixture server = ServerFixture.start(data)) {
      for (String path : List.of("/healthz", "/livez", "/readyz")) {
        String report = server.get(path + "?verbose").text();
        for (String check :
            List.of(
                "ping",
                "etcd",
                "poststarthook/rbac/bootstrap-roles",
                "poststarthook/scheduling/bootstrap-system-priority-classes",
                "poststarthook/start-system-namespaces-controller",
                "autoregister-completion")) {
          assertTrue(report.contains("[+]" + check + " ok\n"), report);
          assertEquals("ok", server.get(path + "/" + check).text());
        }
        assertTrue(report.endsWith(path.substring(1) + " check passed\n"), report);
        assertEquals("ok", server.get(path).text());
      }
      assertTrue(server.get("/readyz?verbose").text().contains("[+]informer-sync ok\n"));
      assertFalse(server.get("/livez?verbose").text().contains("informer-sync"));
      String excluded = server.get("/readyz?verbose&exclude=etcd&exclude=nope").text();
      assertTrue(excluded.contains("[+]etcd excluded: ok\n"), excluded);
      assertTrue(
          excluded.contains(
              "warn: some health checks cannot be excluded: no matches for \"nope\"\n"),
          excluded);
      assertEquals(404, server.get("/readyz/nope").code());
      String counts = server.get("/metrics/slis").text();
      for (String sample :
          List.of(
              "kubernetes_healthcheck{name=\"ping\",type=\"livez\"} 1\n",
              "kubernetes_healthchecks_total{name=\"ping\",type=\"livez\",status=\"success\"} 3\n",
              "kubernetes_healthchecks_total{name=\"etcd\",type=\"readyz\",status=\"success\"} 3\n")) {
        assertTrue(counts.contains(sample), counts);
      }
      assertFalse(counts.contains("error"), counts);
    }
  }

  @Test
  void startHook_isDoneForGood_evenIfItsObjectGoes(@TempDir Path data) throws Exception {
    try (ServerFixture server = ServerFixture.start(data)) {
      String check = "/livez/poststarthook/scheduling/bootstrap-system-priority-classes";
      assertEquals(200, server.get(check).code());
      String one = "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical";
      if (server.delete(one).code() == 200) {
        assertEquals(200, server.get(check).code());
      }
    }
  }
}
