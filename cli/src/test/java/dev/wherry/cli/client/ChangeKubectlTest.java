package dev.wherry.cli.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The verbs that change objects, beside kubectl: the same steps give the same words and objects.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangeKubectlTest {
  @TempDir static Path folder;
  private Referee referee;

  private static final String OBJECTS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: c, labels: {app: x}, annotations: {note: one}}
      data: {a: '1'}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: d, labels: {app: x}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: p, labels: {app: p}}
      spec: {nodeName: nowhere, containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: s}
      spec: {selector: {app: x}, ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, labels: {app: web}}
      spec:
        replicas: 0
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            initContainers: [{name: first, image: init}]
            containers:
            - {name: web, image: nginx, ports: [{containerPort: 80}, {containerPort: 81}]}
            - {name: side, image: busybox, env: [{name: OLD, value: x}]}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        replicas: 0
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: db}]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: b}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: keys}
      data: {user-name: dQ==, b: dg==}
      """;

  @BeforeAll
  void start() throws Exception {
    referee = new Referee(folder);
    referee.both(OBJECTS);
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
  void label_asKubectl() throws Exception {
    referee.same(
        """
        label cm c a=b
        label cm c a=b
        label cm c a=c
        label cm c a=c --overwrite
        label cm c a=d z=y app- --overwrite
        label cm c a-
        label cm c none-
        label cm/c cm/d team=one
        label cm -l team=one team=two --overwrite
        label cm --all all=yes
        label deploy web --list
        label deploy,sts web --list
        label cm c x=y --dry-run=client
        label cm c x=y --dry-run=server
        label cm c x=y -o name
        label cm c q=1 --resource-version=1
        label cm c d q=1 --resource-version=1
        label cm c
        label cm
        label
        label cm c a=b=c
        label cm c a=b a-
        label cm c a=-b
        label cm c x
        label cm nothing a=b
        label cm nothing neither a=b
        label cm --all -l a=b c=d
        label a=b cm
        label nonsense c a=b
        """);
    referee.same("label -f " + referee.file("cm.yaml", CONFIG) + " file=yes");
    referee.same("label --local -f " + referee.file("cm.yaml", CONFIG) + " file=yes -o yaml");
    referee.same("get cm c d -o yaml");
  }

  private static final String CONFIG =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: c}
      data: {a: '1'}
      """;

  @Test
  void annotate_asKubectl() throws Exception {
    referee.same(
        """
        annotate cm d a=b
        annotate cm d a=b
        annotate cm d a=c
        annotate cm d a=c=d --overwrite
        annotate cm d a- none-
        annotate cm d x=y --dry-run=client -o jsonpath={.metadata.annotations}
        annotate cm d --list
        annotate cm c,d --list
        annotate cm d
        annotate cm d a=b a-
        annotate cm d b
        annotate cm --all where=here
        annotate cm nothing a=b
        get cm d -o yaml
        """);
  }

  @Test
  void patch_asKubectl() throws Exception {
    String file = referee.file("patch.yaml", "metadata: {labels: {from: file}}\n");
    referee.same(
        """
        patch cm c -p {"data":{"a":"2"}}
        patch cm c -p {"data":{"a":"2"}}
        patch cm c --type=merge -p {"data":{"b":"3","a":null}}
        patch cm c --type=json -p [{"op":"add","path":"/data/c","value":"4"}]
        patch cm c --type=json -p [{"op":"remove","path":"/data/none"}]
        patch cm c --type=nonsense -p {}
        patch cm c
        patch cm c -p {"data":{"a":"9"}} --dry-run=client -o jsonpath={.data}
        patch cm c -p {"data":{"a":"9"}} --dry-run=server
        patch cm c -p {} -p {}
        patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"side","image":"b2"}]}}}}
        patch deploy web --subresource=scale --type=merge -p {"spec":{"replicas":0}}
        patch deploy web -p {"spec":{"replicas":"many"}}
        patch cm nothing -p {}
        get deploy web -o jsonpath={.spec.template.spec.containers}
        """);
    referee.same("patch cm c --patch-file " + file);
    referee.same("patch cm c --patch-file nothing.yaml");
    referee.same("get cm c -o yaml");
  }

  @Test
  void scale_asKubectl() throws Exception {
    referee.same(
        """
        scale deploy web --replicas=2 --current-replicas=5
        scale deploy web --replicas=2 --current-replicas=0
        scale deploy web --replicas=1
        scale deploy/web sts/db --replicas=0
        scale deploy web --replicas=3 --dry-run=client
        scale deploy web --replicas=3 --dry-run=server
        scale deploy web --replicas=3 --dry-run=client -o jsonpath={.spec.replicas}
        scale deploy --all --replicas=0
        scale deploy -l app=web --replicas=0
        scale deploy web --replicas=1 --resource-version=1
        scale deploy web db --replicas=1
        scale deploy web
        scale deploy web --replicas=-1
        scale deploy --replicas=1
        scale cm c --replicas=1
        scale deploy nothing --replicas=1
        scale deploy web --replicas=0 --timeout=200s
        """);
  }

  @Test
  void set_asKubectl() throws Exception {
    referee.same(
        """
        set image deploy/web web=nginx:2
        set image deploy/web web=nginx:2
        set image deploy web first=init:2 side=b:2
        set image deploy/web nobody=x
        set image deploy/web *=all:1
        set image deploy/web *=all:1 web=b
        set image deploy/web
        set image web=b
        set image cm/c web=b
        set image deploy/web web=dry --dry-run=client -o jsonpath={.spec.template.spec.containers[0].image}
        set env deploy/web A=1 B=2
        set env deploy/web OLD- A=3
        set env deploy/web --list
        set env deploy/web -c side C=4
        set env deploy/web --from=secret/keys --keys=user-name --prefix=K_
        set env deploy/web --list
        set env deploy/web A=1 A-
        set env deploy/web A=5 --overwrite=false
        set env deploy/web nonsense
        set resources deploy/web -c=web --limits=cpu=200m,memory=512Mi
        set resources deploy/web --requests=cpu=100m
        set resources deploy/web
        set resources deploy/web --limits=cpu
        set resources deploy/web -c=none --limits=cpu=1
        set selector svc s app=y,tier=z
        set selector deploy web app=y
        set serviceaccount deploy web robot
        set sa deployment/web default
        set subject rolebinding b --user=u1 --group=g1 --serviceaccount=@:sa1
        set subject rolebinding b --user=u1
        set subject rolebinding b
        get deploy web -o jsonpath={.spec.template.spec}
        get svc s -o jsonpath={.spec.selector}
        get rolebinding b -o jsonpath={.subjects}
        """);
  }

  @Test
  void taintAndCordon_asKubectl() throws Exception {
    // Made here: a node that never reports is tainted after a minute.
    referee.both(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: node-@, labels: {kind: test}}
        """);
    referee.same(
        """
        taint node node-@ a=b:NoSchedule
        taint node node-@ a=b:NoSchedule
        taint node node-@ a=c:NoSchedule --overwrite
        taint nodes node-@ b:NoExecute c=d:PreferNoSchedule
        taint node node-@ a:NoSchedule-
        taint node node-@ b- c-
        taint node node-@ none-
        taint node node-@ a=b:Nonsense
        taint node node-@ a=b
        taint node node-@
        taint cm c a=b:NoSchedule
        taint node node-@ x=y:NoSchedule --dry-run=client
        taint node nothing x=y:NoSchedule
        cordon node-@
        cordon node-@
        cordon node-@ --dry-run=client
        uncordon node-@ --dry-run=server
        uncordon node-@
        uncordon node-@
        cordon
        cordon nothing
        cordon node-@ -l a=b
        drain node-@
        uncordon node/node-@
        drain node-@ --dry-run=client
        drain
        get node node-@ -o jsonpath={.spec.taints}
        """);
  }

  @Test
  void exposeAndAutoscale_asKubectl() throws Exception {
    referee.same(
        """
        expose deploy web --name=e1 --dry-run=client -o yaml
        expose deploy web --port=8080 --target-port=80 --name=e2
        expose pod p --name=e3 --type=NodePort --dry-run=client -o yaml
        expose svc s --name=e4 --dry-run=client -o yaml
        expose pod p --port=80 -l a=b --selector=c=d --session-affinity=ClientIP --dry-run=client -o yaml --name=e5
        expose pod p --cluster-ip=None --name=e6 --dry-run=client -o yaml
        expose cm c --port=80
        expose deploy nothing --port=80
        expose deploy web --port=abc --name=e7
        expose deploy web --name=e2 --port=1
        autoscale deploy web --min=1 --max=3 --cpu=50%
        autoscale deploy web --min=1 --max=3 --cpu=50% --name=h2 --dry-run=client -o yaml
        autoscale deploy web --max=3 --cpu=500m --memory=200Mi --name=h3 --dry-run=client -o yaml
        autoscale deploy web --min=5 --max=3
        autoscale deploy web
        autoscale cm c --max=3
        """);
  }

  @Test
  void replace_asKubectl() throws Exception {
    String file = referee.file("replace.yaml", CONFIG.replace("'1'", "'7'"));
    String none = referee.file("none.yaml", CONFIG.replace("name: c", "name: none"));
    referee.same("replace -f " + file);
    referee.same("replace -f " + file + " --dry-run=client");
    referee.same("replace -f " + file + " --dry-run=server");
    referee.same("replace -f " + file + " --force");
    referee.same("replace -f " + file + " -o jsonpath={.data}");
    referee.same("replace -f " + none);
    referee.same("replace -f " + none + " --grace-period=1");
    referee.same("replace");
    referee.same(CONFIG, "replace", "-f", "-");
  }

  @Test
  void diff_asKubectl() throws Exception {
    String file = referee.file("diff.yaml", CONFIG.replace("'1'", "'8'"));
    String fresh = referee.file("fresh.yaml", CONFIG.replace("name: c", "name: fresh"));
    String secret =
        referee.file(
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata: {b: eA==, k: eA==}\n");
    for (String words :
        new String[] {
          "diff -f " + file,
          "apply -f " + fresh,
          "annotate cm fresh by=somebody",
          "diff -f " + fresh,
          "delete cm fresh",
          "diff --server-side --force-conflicts -f " + file,
          "diff -f " + fresh,
          "diff -f " + secret,
          "diff",
          "diff -f nothing.yaml"
        }) {
      referee.same(words);
    }
  }

  @Test
  void edit_reopensUntilTheServerIsContent() throws Exception {
    Path editor = folder.resolve("editor");
    Path turn = folder.resolve("turn");
    Files.writeString(
        editor,
        """
        #!/bin/sh
        n=$(cat %s 2>/dev/null || echo 0); n=$((n+1)); echo $n > %s
        case $n in
          1) sed -i 's/replicas: .*/replicas: -3/' "$1" ;;
          2) cp "$1" %s; sed -i 's/replicas: .*/replicas: 0/; s/app: web$/app: web/; s/minReadySeconds.*//' "$1"
             sed -i 's/^spec:/spec:\\n  minReadySeconds: 7/' "$1" ;;
        esac
        """
            .formatted(turn, turn, folder.resolve("seen")),
        java.nio.charset.StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(editor, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String space : new String[] {"theirs", "ours"}) {
      referee.succeed("rollout", "status", "deploy/web", "--timeout=200s", "-n", space);
    }
    Referee.Ran theirs = referee.kubectl("", "edit", "deploy", "web", "-n", "theirs");
    String theirSight = Files.readString(folder.resolve("seen"));
    Files.delete(turn);
    Referee.Ran ours = referee.wherry("", "edit", "deploy", "web", "-n", "ours");
    String ourSight = Files.readString(folder.resolve("seen"));
    org.junit.jupiter.api.Assertions.assertEquals(
        theirs.comparable("theirs"), ours.comparable("ours"));
    org.junit.jupiter.api.Assertions.assertEquals(
        new Referee.Ran(0, theirSight, "").comparable("theirs"),
        new Referee.Ran(0, ourSight, "").comparable("ours"));
    Files.writeString(editor, "#!/bin/sh\nexit 0\n");
    referee.same("edit cm c");
    Files.writeString(editor, "#!/bin/sh\nexit 3\n");
    referee.same("edit cm nothing");
    referee.same("get deploy web -o jsonpath={.spec.minReadySeconds}");
  }
}
