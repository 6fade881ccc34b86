package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Output;
import dev.wherry.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Deployment behind an Ingress with TLS, asked by curl from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class IngressTest {
  private static final String OBJECTS =
      """
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: site}, spec: {replicas: 2,
        selector: {matchLabels: {app: site}}, template: {metadata: {labels: {app: site}},
          spec: {terminationGracePeriodSeconds: 1, containers: [{name: main,
            image: busybox,
            command: [sh, -c, "mkdir /w; hostname > /w/index.html; exec httpd -f -p 8080 -h /w"],
            readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]}}}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: site}, spec: {selector: {app: site},
        ports: [{name: http, port: 80, targetPort: 8080}]}}
      ---
      {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: site,
        annotations: {wherry.dev/ssl-redirect: "true"}}, spec: {
        tls: [{hosts: [site.test], secretName: site}], rules: [{host: site.test, http: {paths: [
          {path: /, pathType: Prefix, backend: {service: {name: site, port: {name: http}}}}]}}]}}
      """;

  /** Other clusters of this machine have pods at the same addresses: this one has its own. */
  private static final String SPACE = "wherry-edge-" + ProcessHandle.current().pid();

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private Cluster cluster;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    outside("ip").run("netns", "add", SPACE).orThrow();
    inside("ip").run("link", "set", "lo", "up").orThrow();
    inside("ip").run("link", "add", "e0", "type", "veth", "peer", "name", "e1").orThrow();
    inside("ip").run("address", "add", "198.51.100.2/24", "dev", "e0").orThrow();
    inside("ip").run("link", "set", "e0", "up").orThrow();
    inside("ip").run("link", "set", "e1", "up").orThrow();
    inside("ip").run("route", "add", "default", "via", "198.51.100.1").orThrow();
    cluster =
        Cluster.start(
            inside("").command().subList(0, 2),
            List.of("--runtime=containerd", "--node-name=e2e-edge"),
            Map.of());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
    kubectl =
        new Program(
            inside(Kubectls.paths().getFirst().toString()).command(),
            Map.of("KUBECONFIG", cluster.dataDirectory().resolve("admin.kubeconfig").toString()));
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    outside("ip").run("netns", "delete", SPACE);
  }

  private static Program outside(String program) {
    return new Program(List.of(program), Map.of());
  }

  private static Program inside(String program) {
    return new Program(List.of("nsenter", "--net=/run/netns/" + SPACE, program), Map.of());
  }

  @Test
  void curl_byHttpsToTwoPods_isAnsweredByBothAndByNoneAfterwards(@TempDir Path folder)
      throws Exception {
    Path certificate = SiteSecret.create(kubectl, folder);
    Path objects = Files.writeString(folder.resolve("site.yaml"), OBJECTS);
    kubectl.run("apply", "-f", objects.toString()).orThrow();
    kubectl.run("rollout", "status", "deployment/site", "--timeout=200s").orThrow();
    kubectl
        .run(
            "wait",
            "--for=jsonpath={.status.loadBalancer.ingress[0].ip}",
            "ingress/site",
            "--timeout=200s")
        .orThrow();

    // The proxy learns of certificate, route and endpoints on its own.
    Set<String> pods = new HashSet<>();
    while (pods.size() < 2) {
      Output answer = curl(certificate, "https://site.test/");
      if (answer.exit() == 0 && answer.text().startsWith("site-")) {
        pods.add(answer.text().strip());
      }
    }
    String ready = kubectl.run("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").orThrow();
    assertEquals(Set.of(ready.split(" ")), pods);
    assertEquals(
        "308 https://site.test/x",
        curl(
                certificate,
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{redirect_url}",
                "http://site.test/x")
            .orThrow());

    kubectl.run("delete", "ingress/site").orThrow();
    while (curl(certificate, "https://site.test/").exit() == 0) {
      kubectl.run("get", "ingress").orThrow();
    }
  }

  private static Output curl(Path authority, String... arguments)
      throws IOException, InterruptedException {
    List<String> all =
        new java.util.ArrayList<>(
            List.of(
                "-sS",
                "--max-time",
                "10",
                "--cacert",
                authority.toString(),
                "--resolve",
                "site.test:" + HTTPS + ":127.0.0.1",
                "--resolve",
                "site.test:" + HTTP + ":127.0.0.1"));
    all.addAll(List.of(arguments));
    return inside("curl").run(all.toArray(String[]::new));
  }
}
