package dev.wherry.cli.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.lab.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that look into things, beside kubectl; and devices through all parts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InspectKubectlTest {
  @TempDir static Path folder;
  private Referee referee;

  @BeforeAll
  void start() throws Exception {
    referee = new Referee(folder);
    referee.both(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: nginx}]}
        """);
  }

  @AfterAll
  void stop() {
    if (referee != null) {
      referee.close();
    }
  }

  @AfterEach
  void verdict() {
    referee.verdict();
  }

  @Test
  void devices_podFromATemplate_getsThemBeforeItsNode() throws Exception {
    referee.succeed("create", "-f", referee.file("devices.yaml", InspectObjects.DEVICES));
    String room =
        "{\"status\":{\"allocatable\":{\"cpu\":\"4\",\"memory\":\"8Gi\",\"pods\":\"9\"}}}";
    referee.succeed("patch", "node", "with-devices", "--subresource=status", "-p", room);
    referee.await(
        "with-devices",
        "get",
        "pod",
        "trainer",
        "-n",
        "default",
        "-o",
        "jsonpath={.spec.nodeName}");
    assertEquals(
        "big",
        referee.succeed(
            "get",
            "resourceclaims",
            "-n",
            "default",
            "-o",
            "jsonpath={.items[0].status.allocation.devices.results[0].device}"));
    referee.succeed("delete", "pod", "trainer", "-n", "default", "--force");
    Await.until(
        () -> "the claim goes with its pod",
        () -> referee.succeed("get", "resourceclaims", "-n", "default", "-o", "name").isEmpty());
    referee.succeed("delete", "node", "with-devices");
  }

  @Test
  void debug_asKubectl() throws Exception {
    referee.both(InspectObjects.SICK);
    referee.same(
        """
        debug sick --image=busybox -c look
        debug sick --image=busybox -c more --target=c --env=A=b --profile=netadmin -- sh -c true
        debug sick --image=busybox -c plain --profile=baseline --arguments-only -- x
        debug pod/sick --image=busybox -c free --profile=sysadmin --image-pull-policy=Never
        get pod sick -o jsonpath={.spec.ephemeralContainers}
        debug sick --image=busybox --copy-to=twin -c look -- sleep 1
        debug sick --copy-to=other --set-image=*=j --keep-labels --share-processes=false
        debug sick --image=busybox --copy-to=strict -c look --profile=restricted --keep-liveness
        get pod twin other strict -o jsonpath={.items[*].spec.containers}
        get pod twin other strict -o jsonpath={.items[*].metadata.labels}{.items[*].spec.shareProcessNamespace}
        debug sick --copy-to=new -c c --image=j --replace
        get pod sick -o name --ignore-not-found
        debug node/sick-@ --image=busybox
        debug node/sick-@ --image=busybox -q --profile=restricted
        debug node/none --image=busybox
        debug none --image=busybox
        debug sick
        debug --image=busybox
        debug sick --image=busybox -t
        debug sick --image=busybox --replace
        debug sick --image=busybox --profile=nonsense
        debug sick --image=busybox --image-pull-policy=Sometimes
        debug deploy/web --image=busybox
        """);
    referee.same(
        "get pod -l app.kubernetes.io/managed-by=kubectl-debug -o jsonpath={.items[*].spec.containers[0].securityContext}{.items[*].spec.hostPID}");
  }

  @Test
  void partsAndPatience_asKubectl() throws Exception {
    referee.both(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: held, finalizers: [example.com/held]}
        """);
    referee.same(
        """
        get deploy web --subresource=scale -o jsonpath={.kind}{.spec}
        get deploy web --subresource=status -o name
        get deploy web --subresource=nonsense
        get deploy --subresource=status
        delete cm held --timeout=1s
        """);
  }

  @Test
  void goTemplate_asKubectl() throws Exception {
    referee.both(InspectObjects.MAPS);
    String file =
        referee.file(
            "list.tmpl",
            """
            {{- range $i, $m := .items }}
            {{ $i }} {{ $m.metadata.name }}{{ with index $m.data "coded" }} {{ . | base64decode }}{{ end }}
            {{- range $k, $v := $m.data }} {{ $k }}={{ printf "%q" $v }}{{ end }}
            {{- end }}
            """);
    referee.same(
        """
        get cm m1 -o go-template={{.metadata.name}}~{{.data.b}}~{{.data.none}}
        get cm m1 -o go-template={{.metadata.labels}}~{{len~.data}}
        get cm m1 --template={{.kind}}
        get cm m1 -o template={{.kind}} --allow-missing-template-keys=false
        get cm -l set=m -o go-template={{range~.items}}{{.metadata.name}}{{"\\n"}}{{end}}
        get deploy web -o go-template={{.spec.replicas}}~{{eq~.spec.replicas~0}}~{{.none}}
        get cm m1 -o go-template
        """);
    referee.same("get cm -l set=m -o go-template-file=" + file);
  }

  @Test
  void reconcile_asKubectl() throws Exception {
    String first = InspectObjects.ROLES;
    String second =
        first
            .replace("[get, list]", "[get, watch]")
            .replace("name: eve", "name: bob")
            .replace("{a: b}", "{a: c, d: e}");
    String third = second.replace("name: reader}\nsub", "name: other}\nsub");
    for (String space : List.of("theirs", "ours")) {
      referee.file("first-" + space, first.replace("@", space));
      referee.file("second-" + space, second.replace("@", space));
      referee.file("third-" + space, third.replace("@", space));
    }
    String reconcile = "auth reconcile -f " + folder;
    referee.same(reconcile + "/first-@ --dry-run=client");
    referee.same(reconcile + "/first-@");
    referee.same(reconcile + "/first-@");
    referee.same(reconcile + "/second-@");
    referee.same("get role reader -o jsonpath={.rules}{.metadata.labels}");
    referee.same(reconcile + "/second-@ --remove-extra-permissions --remove-extra-subjects");
    referee.same("get role reader -o jsonpath={.rules}");
    referee.same("get rolebinding readers -o jsonpath={.subjects}");
    referee.same(reconcile + "/third-@");
    referee.same("auth reconcile");
  }

  @Test
  void dump_writesTheSameFilesAsKubectl() throws Exception {
    for (String program : List.of("theirs", "ours")) {
      String to = "--output-directory=" + folder.resolve("dump-" + program);
      String spaces = "--namespaces=kube-system,ours";
      Referee.Ran ran =
          program.equals("ours")
              ? referee.wherry("", "cluster-info", "dump", to, spaces)
              : referee.kubectl("", "cluster-info", "dump", to, spaces);
      assertEquals(0, ran.exit(), ran.err());
    }
    assertEquals(files("dump-theirs"), files("dump-ours"));
    assertTrue(
        Files.readString(folder.resolve("dump-ours/ours/deployments.json"))
            .contains("\"kind\": \"DeploymentList\""));
  }

  private static List<String> files(String root) throws IOException {
    Path base = folder.resolve(root);
    try (Stream<Path> all = Files.walk(base)) {
      return all.filter(Files::isRegularFile)
          .map(file -> base.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void proxy_passesRequestsOnUnlessTheyAreFiltered() throws Exception {
    Path socket = folder.resolve("p.sock");
    Thread proxy =
        Thread.ofPlatform()
            .start(() -> referee.wherry("", "proxy", "--unix-socket=" + socket, "-w", "" + folder));
    Await.until(() -> "the socket", () -> Files.exists(socket));
    Files.writeString(folder.resolve("page.html"), "a page");
    assertTrue(
        InspectObjects.asked(socket, "GET", "/api/v1/namespaces/ours")
            .contains("\"name\":\"ours\""));
    assertTrue(InspectObjects.asked(socket, "GET", "/static/page.html").endsWith("a page"));
    assertTrue(InspectObjects.asked(socket, "GET", "/static/../p.sock").contains(" 404 "));
    assertTrue(
        InspectObjects.asked(socket, "POST", "/api/v1/namespaces/ours/pods/p/exec")
            .startsWith("HTTP/1.1 403 Forbidden"));
    assertTrue(
        InspectObjects.asked(socket, "GET", "/healthz", "evil.example.com").contains(" 403 "));
    assertTrue(InspectObjects.asked(socket, "DELETE", "/api/v1/namespaces/none").contains(" 404 "));
    proxy.interrupt();
    assertTrue(proxy.join(Duration.ofSeconds(60)));
  }
}
