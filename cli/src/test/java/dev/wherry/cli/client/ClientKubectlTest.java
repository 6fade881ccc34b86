package dev.wherry.cli.client;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.ServerRole;
import dev.wherry.cli.Wherry;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.lab.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wherry's verbs beside the kubectl of this machine, against one control plane: the same words give
 * the same lines on the same streams and the same exit code, ages aside.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientKubectlTest {
  private static final int COMMAND_SECONDS_MAX = 240;

  @TempDir static Path folder;
  private ServerRole server;

  /** What a command did. */
  private record Ran(int exit, String out, String err) {
    /** Ages become one word, and the programs' names too. */
    Ran comparable() {
      return new Ran(exit, plain(out), plain(err));
    }

    private static String plain(String text) {
      return text.replaceAll("\\b[0-9]+(s|m|h)([0-9]+[sm])?(?= |\\)|$|\n)", "AGE")
          .replaceAll("AGE +", "AGE ")
          .replaceAll("AGE +(?=\n|$)", "AGE")
          .replace("wherry", "kubectl");
    }
  }

  @BeforeAll
  void start() throws Exception {
    assumeTrue(Referee.present(), "no kubectl of level 1.36: npm has it, ./dev test fetches it");
    server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "192.0.2.7", 0, false));
    for (String what : List.of("serviceaccount/default", "configmap/kube-root-ca.crt")) {
      Await.until(() -> what, () -> wherry("get", what).exit() == 0);
    }
    Files.writeString(folder.resolve("web.yaml"), WEB);
    Files.writeString(folder.resolve("broken.yaml"), "kind: Pod\nmetadata: {name: x}\n");
    succeed("apply", "-f", "../examples/counter.yaml");
    succeed("apply", "-f", folder.resolve("web.yaml").toString());
    succeed("create", "configmap", "c-6");
    succeed("create", "configmap", "c-44");
    succeed("create", "configmap", "c", "--from-literal=a=1", "--from-literal=b=안녕\ny<z");
    succeed("create", "secret", "generic", "s", "--from-literal=k=v");
    awaitRest();
  }

  /** Two programs are shown the same only once the controllers have no more to say. */
  private void awaitRest() throws IOException {
    settles("4", "get events --field-selector=reason=FailedScheduling -o name");
    settles("2", "get events --field-selector=reason=SuccessfulCreate -o name");
    settles("1", "get events --field-selector=reason=ScalingReplicaSet -o name");
    settles("2", "get deploy/web -o jsonpath={.status.unavailableReplicas}");
    settles("2", "get deploy/web -o jsonpath={.status.updatedReplicas}");
    settles("2", "get rs -l app=web -o jsonpath={.items[*].status.replicas}");
    settles("1", "get endpointslices -l kubernetes.io/service-name=web -o name");
    settles("1", "get endpoints/web -o name");
  }

  /** Waits for a number, or for so many lines. */
  private void settles(String wanted, String words) throws IOException {
    Await.until(
        () -> wanted + " by " + words + ": " + wherry(words.split(" ")),
        () -> {
          String out = wherry(words.split(" ")).out();
          return out.equals(wanted)
              || out.endsWith("\n") && out.lines().count() == Integer.parseInt(wanted);
        });
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static final String WEB =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, labels: {app: web, tier: front}}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: 8080}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, annotations: {note: "한글 메모"}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            nodeSelector: {disk: ssd}
            tolerations: [{key: a, operator: Exists, effect: NoSchedule}]
            volumes: [{name: v, emptyDir: {}}, {name: c, configMap: {name: c}}]
            initContainers: [{name: first, image: busybox, command: [sh, -c, "exit 0"]}]
            containers:
            - name: web
              image: nginx:1.27
              ports: [{containerPort: 8080, name: http}]
              env:
              - {name: PLAIN, value: "1"}
              - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
              - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}
              resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
              livenessProbe: {httpGet: {path: /, port: http}}
              volumeMounts: [{name: v, mountPath: /data}, {name: c, mountPath: /c, readOnly: true}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: sample, labels: {app: sample}}
      spec:
        serviceAccountName: default
        containers:
        - {name: one, image: busybox, args: ["a", "b"]}
        - {name: two, image: busybox}
      """;

  private Map<String, String> environment() {
    return Map.of("KUBECONFIG", server.kubeconfig().toString(), "HOME", folder.toString());
  }

  private Ran wherry(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Wherry.run(
            new Streams(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment()),
            words);
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Ran kubectl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Referee.program()));
    command.addAll(List.of(words));
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment());
    Process process = builder.start();
    process.getOutputStream().close();
    assertTrue(
        process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS), () -> List.of(words).toString());
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private String succeed(String... words) {
    Ran ran = wherry(words);
    assertEquals(0, ran.exit(), ran.err());
    return ran.out();
  }

  private void same(String words) throws Exception {
    String[] split = words.split(" ");
    Ran theirs = kubectl(split).comparable();
    Ran ours = wherry(split).comparable();
    assertAll(
        words,
        () -> assertEquals(theirs.out(), ours.out()),
        () -> assertEquals(theirs.err(), ours.err()),
        () -> assertEquals(theirs.exit(), ours.exit()));
  }

  private void allSame(String lines) throws Exception {
    assertAll(lines.strip().lines().map(line -> (Executable) () -> same(line.strip())));
  }

  @Test
  void get_tables_asKubectl() throws Exception {
    allSame(
        """
        get pods
        get pods -A
        get all
        get po,svc,cm,deploy
        get pods -o wide --show-labels
        get pods -L app,tier
        get pods --no-headers
        get pod/counter svc/web
        get pod counter nothing
        get pods -l app=web,!tier
        get pods -l app=none
        get pods --field-selector status.phase=Pending
        get pods --sort-by=.metadata.name
        get cm --sort-by=.metadata.name
        get pods --show-kind
        get nodes
        get clusterroles
        get deployments.v1.apps web
        get PODS
        get -f ../examples/counter.yaml
        """);
  }

  @Test
  void get_otherFormats_asKubectl() throws Exception {
    allSame(
        """
        get pod counter -o json
        get pod counter -o yaml
        get svc -o yaml
        get cm -o json
        get pods,svc -o name
        get pods -o jsonpath={.items[*].metadata.name}
        get pods -o jsonpath={range.items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}
        get pods -o jsonpath={.items[?(@.metadata.name=="counter")].spec.containers[0]}
        get pods -o jsonpath={.items[-1:].metadata.name}{.items[0].nothing}
        get pods -o jsonpath={..phase}
        get pods -o custom-columns=N:.metadata.name,I:.spec.containers[*].image,L:.metadata.labels
        get --raw /version
        """);
  }

  @Test
  void wrongWords_sameComplaints() throws Exception {
    allSame(
        """
        get
        get foo
        get pods --foo
        get pod x -A
        get pod/x svc
        get pod x -l a=b
        get pods -n nowhere
        get pods -o jsonpath={.x
        get pods --field-selector foo=bar
        delete pod
        delete pod nothing
        delete pods -l app=none
        delete pod nothing --ignore-not-found
        create -f ../examples/counter.yaml
        apply
        apply -f nothing.yaml
        logs
        logs nothing
        logs counter -c nothing
        exec counter
        exec counter ls
        exec nothing -- ls
        explain
        explain foo
        explain pod.nothing
        describe pod nothing
        config use-context nothing
        """);
    same("apply -f " + folder.resolve("broken.yaml"));
  }

  @Test
  void describe_asKubectl() throws Exception {
    allSame(
        """
        describe pod counter
        describe pod samp
        describe pods
        describe deployment web
        describe svc
        describe cm
        describe secret s
        describe ns default
        describe sa default
        describe endpoints
        describe endpointslices
        describe clusterroles
        describe clusterrolebindings
        describe roles -A
        describe leases -n kube-system
        describe priorityclasses
        describe pod counter --show-events=false
        """);
  }

  private static final String BOUNDS =
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: auto, annotations: {a: b}}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nothing}
        maxReplicas: 3
        metrics:
        - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
        - {type: Pods, pods: {metric: {name: r}, target: {type: AverageValue, averageValue: 1k}}}
        behavior: {scaleUp: {selectPolicy: Disabled}}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: budget}
      spec: {minAvailable: 90%, selector: {matchLabels: {app: nothing}}}
      ---
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: quota}
      spec: {hard: {pods: "100", requests.cpu: "50"}, scopes: [NotTerminating]}
      ---
      {apiVersion: v1, kind: LimitRange, metadata: {name: range},
       spec: {limits: [{type: Container, max: {memory: 64Gi}}]}}
      ---
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: rc}
      spec: {template: {metadata: {labels: {app: rc}}, spec: {containers: [{name: c, image: i}]}}}
      """;

  @Test
  void describe_whatBoundsPods_asKubectl() throws Exception {
    Path file = Files.writeString(folder.resolve("bounds.yaml"), BOUNDS);
    assertEquals(0, kubectl("create", "namespace", "bounded").exit());
    assertEquals(0, kubectl("create", "-n", "bounded", "-f", file.toString()).exit());
    allSame(
        """
        describe hpa auto -n bounded --show-events=false
        describe pdb budget -n bounded --show-events=false
        describe quota quota -n bounded
        describe limits range -n bounded
        describe rc rc -n bounded --show-events=false
        describe ns bounded
        """);
  }

  @Test
  void explainAndDiscovery_asKubectl() throws Exception {
    allSame(
        """
        explain pod
        explain pod.spec.containers.ports
        explain deployments --recursive
        explain deployment.spec.strategy.type
        explain svc.metadata.labels
        api-resources
        api-resources -o wide
        api-resources --namespaced=false -o name
        api-resources --api-group=apps --no-headers
        """);
  }

  @Test
  void create_dryRun_asKubectl() throws Exception {
    allSame(
        """
        create namespace n --dry-run=client -o yaml
        create configmap x --from-literal=a=b --from-file=../examples --dry-run=client -o yaml
        create secret generic x --from-literal=a=b --dry-run=client -o yaml
        create sa x --dry-run=client -o yaml -n foo
        create deployment x --image=a/nginx:1.2 --replicas=3 --port=80 --dry-run=client -o yaml
        create namespace n --dry-run=server
        config view
        config view --minify
        config get-contexts
        config current-context
        """);
  }

  @Test
  void apply_twiceAndChanged_saysWhatKubectlSays() throws Exception {
    Path file = folder.resolve("turns.yaml");
    Files.writeString(
        file, TURNS.formatted("a: '1', b: '2'", "[{name: p, image: i}, {name: q, image: j}]"));

    assertEquals(
        "configmap/turns created\ndeployment.apps/turns created\n",
        succeed("apply", "-f", file.toString()));
    assertEquals(
        "configmap/turns unchanged\ndeployment.apps/turns unchanged\n",
        succeed("apply", "-f", file.toString()));
    assertEquals(
        "configmap/turns unchanged\ndeployment.apps/turns unchanged\n",
        kubectl("apply", "-f", file.toString()).out());

    Files.writeString(file, TURNS.formatted("a: '3'", "[{name: q, image: k}]"));
    assertEquals(
        "configmap/turns configured\ndeployment.apps/turns configured\n",
        succeed("apply", "-f", file.toString()));
    assertEquals("{\"a\":\"3\"}", succeed("get", "cm", "turns", "-o", "jsonpath={.data}"));
    assertEquals(
        "q=k",
        succeed(
            "get",
            "deploy",
            "turns",
            "-o",
            "jsonpath={range .spec.template.spec.containers[*]}{.name}={.image}{end}"));
    assertEquals(
        "configmap/turns unchanged\ndeployment.apps/turns unchanged\n",
        kubectl("apply", "-f", file.toString()).out());
    assertEquals(
        "configmap \"turns\" deleted from default namespace\n"
            + "deployment.apps \"turns\" deleted from default namespace\n",
        succeed("delete", "-f", file.toString()));
    Await.until(
        () -> "no replica set", () -> !succeed("get", "rs", "-o", "name").contains("turns"));
    same("get cm turns");
  }

  private static final String TURNS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: turns}
      data: {%s}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: turns}
      spec:
        replicas: 0
        selector: {matchLabels: {app: turns}}
        template:
          metadata: {labels: {app: turns}}
          spec: {containers: %s}
      """;

  @Test
  void createToken_isAToken() {
    assertEquals(
        2,
        succeed("create", "token", "default", "--duration=10m")
            .chars()
            .filter(c -> c == '.')
            .count());
  }

  @Test
  void get_noServer_saysHowToStartOne() {
    Ran ran = wherry("get", "pods", "--server", "https://127.0.0.1:1");

    assertEquals(1, ran.exit());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains("wherry up"), ran.err());
  }

  @Test
  void get_wrongToken_saysToLogIn() throws Exception {
    Path config = folder.resolve("token.kubeconfig");
    Files.writeString(
        config,
        """
        clusters: [{name: c, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
        users: [{name: u, user: {token: wrong}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """
            .formatted(server.url()));

    Ran ran = wherry("get", "pods", "--kubeconfig", config.toString());

    assertEquals(1, ran.exit());
    assertTrue(ran.err().startsWith("error: You must be logged in to the server"), ran.err());
  }

  @Test
  void get_tlsServerName_isTheNameThatCounts() {
    Ran wrong = wherry("get", "ns", "--tls-server-name", "nobody.example");
    Ran right = wherry("get", "ns", "--tls-server-name", "kubernetes");

    assertEquals(1, wrong.exit());
    assertEquals(1, wrong.err().lines().count(), wrong.err());
    assertTrue(wrong.err().startsWith("Unable to connect to the server: tls:"), wrong.err());
    assertEquals(0, right.exit(), right.err());
  }
}
