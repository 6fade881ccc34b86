package dev.wherry.cli.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.json.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that create, wait, roll and ask, beside kubectl. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperateKubectlTest {
  @TempDir static Path folder;
  private Referee referee;

  private static final String OBJECTS =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, annotations: {kubernetes.io/change-cause: first}}
      spec:
        replicas: 0
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: slow}
      spec:
        replicas: 2
        selector: {matchLabels: {app: slow}}
        template:
          metadata: {labels: {app: slow}}
          spec: {containers: [{name: c, image: i}]}
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
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: ds}
      spec:
        selector: {matchLabels: {app: ds}}
        template:
          metadata: {labels: {app: ds}}
          spec: {nodeSelector: {none: none}, containers: [{name: ds, image: ds}]}
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: nightly}
      spec:
        schedule: "0 0 * * *"
        jobTemplate:
          metadata: {labels: {a: b}}
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: c, image: i}]}
      """;

  @BeforeAll
  void start() throws Exception {
    referee = new Referee(folder);
    referee.both(OBJECTS);
    referee.await("2", "get", "deploy", "slow", "-o", "jsonpath={.status.updatedReplicas}");
    settled("ds/ds");
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

  /** Both controllers have seen the last change, so that the next step finds the same history. */
  private void settled(String what) {
    for (String space : new String[] {"theirs", "ours"}) {
      referee.succeed("rollout", "status", what, "--timeout=200s", "-n", space);
    }
  }

  @Test
  void rollout_asKubectl() throws Exception {
    settled("deploy/web");
    referee.same("rollout status deploy/web");
    referee.same("rollout history deploy/web");
    referee.same("set image deploy/web web=nginx:2");
    referee.same("annotate deploy/web kubernetes.io/change-cause=second --overwrite");
    settled("deploy/web");
    // The cause is no change of the template: the status does not wait for it.
    referee.await("second", "rollout", "history", "deploy/web");
    referee.same(
        """
        rollout history deploy/web
        rollout history deploy/web --revision=1
        rollout history deploy/web --revision=9
        rollout history deploy/web --revision=2 -o jsonpath={.spec.template.spec.containers[0].image}
        rollout undo deploy/web --dry-run=client
        rollout undo deploy/web --dry-run=server
        rollout undo deploy/web
        """);
    settled("deploy/web");
    referee.same(
        """
        rollout history deploy web
        get deploy web -o jsonpath={.spec.template.spec.containers[0].image}
        rollout undo deploy/web --to-revision=3
        rollout undo deploy/web --to-revision=77
        rollout pause deploy/web
        rollout pause deploy/web
        rollout undo deploy/web
        rollout restart deploy/web
        rollout resume deploy/web
        rollout resume deploy/web
        rollout restart deploy/web
        rollout status deploy/slow --timeout=1s
        rollout status deploy/slow -w=false
        rollout status deploy/web --revision=77
        rollout status cm/none
        rollout status deploy/none
        rollout status
        rollout pause sts/db
        rollout history cronjob/nightly
        rollout undo cronjob/nightly
        rollout restart cronjob/nightly
        rollout status deploy -l app=none
        rollout restart deploy -l app=none
        """);
  }

  @Test
  void rolloutOfSets_asKubectl() throws Exception {
    settled("sts/db");
    referee.same("rollout status sts/db");
    referee.same("rollout status ds/ds");
    referee.same("rollout history sts/db");
    referee.same("rollout history ds/ds");
    referee.same("set image sts/db db=db:2");
    referee.same("set image ds/ds ds=ds:2");
    settled("sts/db");
    settled("ds/ds");
    referee.same(
        """
        rollout history sts/db
        rollout history sts/db --revision=1
        rollout history ds/ds --revision=2
        rollout undo sts/db --dry-run=client
        rollout undo sts/db
        rollout undo ds/ds --to-revision=1
        rollout undo ds/ds --to-revision=55
        get sts db -o jsonpath={.spec.template.spec.containers[0].image}
        get ds ds -o jsonpath={.spec.template.spec.containers[0].image}
        rollout restart sts/db ds/ds
        """);
  }

  @Test
  void wait_asKubectl() throws Exception {
    settled("deploy/web");
    referee.same(
        """
        wait deploy/web --for=condition=available
        wait deploy/web --for=condition=Available=True --for=jsonpath={.spec.replicas}=0
        wait deploy/web --for=condition=nonsense --timeout=1s
        wait deploy/web --for=condition=nonsense --timeout=0
        wait deploy/web --for=jsonpath={.metadata.name}=web
        wait deploy/web --for=jsonpath={.metadata.name}=other --timeout=1s
        wait deploy/web --for=jsonpath={.metadata.name}
        wait deploy/web --for=jsonpath={.metadata.labels}=x=y
        wait deploy/web --for=jsonpath={.spec.template}=x --timeout=2s
        wait deploy/none --for=condition=available --timeout=1s
        wait deploy/none --for=delete --timeout=1s
        wait deploy/web --for=delete --timeout=1s
        wait deploy/web --for=create --timeout=1s
        wait deploy/none --for=create --timeout=1s
        wait deploy/web --for=nonsense
        wait deploy/web
        wait deploy --for=condition=available
        wait deploy -l app=none --for=condition=available
        wait --for=delete
        """);
  }

  @Test
  void create_generators_asKubectl() throws Exception {
    String certificate = referee.file("tls.crt", "not read");
    for (String line :
        """
        create deployment d --image=a/nginx:1.2 --replicas=3 --port=80
        create deployment d --image=a --image=b/c@sha256:ab
        create deployment d
        create job j --image=busybox -- date -u
        create job j --from=cronjob/nightly
        create job j
        create job j --from=cm/x --image=i
        create cronjob c --image=busybox --schedule=*/1~*~*~*~* -- date
        create cronjob c --image=busybox
        create secret generic s --from-literal=a=b --type=my/type
        create secret docker-registry r --docker-username=u --docker-password=p<q --docker-email=mail --docker-server=https://r
        create secret docker-registry r
        create role r --verb=get,list --resource=pods,deployments.apps,pods/log --resource-name=x
        create role r --verb=get
        create role r --verb=nonsense --resource=pods
        create role r --verb=get --resource=nonsense
        create clusterrole cr --verb=* --resource=*
        create clusterrole cr --verb=get --non-resource-url=/logs/*
        create clusterrole cr --verb=watch --non-resource-url=/logs/*
        create clusterrole cr --aggregation-rule=a=b
        create rolebinding b --clusterrole=view --user=u --group=g --serviceaccount=ns:sa
        create rolebinding b --role=r --serviceaccount=sa
        create rolebinding b
        create clusterrolebinding b --clusterrole=view --user=u --user=v
        create clusterrolebinding b
        create serviceaccount sa
        create quota q --hard=cpu=1,pods=2 --scopes=BestEffort
        create quota q --hard=cpu
        create pdb p --selector=a=b --min-available=50%
        create pdb p --selector=a=b --max-unavailable=1
        create pdb p --selector=a=b
        create priorityclass pc --value=7 --description=text --preemption-policy=Never
        create service clusterip s --tcp=80:8080 --tcp=81
        create service clusterip s --clusterip=None
        create service nodeport s --tcp=80:http --node-port=30001
        create service loadbalancer s --tcp=80
        create service externalname s --external-name=a.b
        create service externalname s
        create service clusterip s
        create ingress i --rule=a.b/x*=svc:80,tls=sec --rule=a.b/y=svc:http --class=c --annotation=k=v
        create ingress i --default-backend=svc:80
        create ingress i --rule=nonsense
        create ingress i
        create configmap m --from-literal=a=b
        create namespace
        """
            .strip()
            .split("\n")) {
      String words = line.strip();
      int command = words.indexOf(" -- ");
      String flags = " --dry-run=client -o yaml";
      referee.same(
          command < 0
              ? words + flags
              : words.substring(0, command) + flags + words.substring(command));
    }
    referee.same("create secret tls t --key=" + certificate + " --cert=" + folder + "/none");
    referee.same("create job j --from=cronjob/nightly");
    referee.same("create job j --from=cronjob/nightly");
    referee.same("create quota q --hard=pods=100");
    // Until its use is counted it lets nothing in.
    referee.await("100", "get", "quota", "q", "-o", "jsonpath={.status.hard.pods}");
  }

  @Test
  void run_asKubectl() throws Exception {
    referee.same(
        """
        run r --image=nginx --dry-run=client -o yaml
        run r --image=nginx --port=80 --expose --env=A=b --env=C= -l a=b,c=d --dry-run=client -o jsonpath={.kind}{.spec.ports}{.metadata.labels}
        run r --image=nginx --restart=Never --dry-run=client -o yaml -- sleep 5
        run r --image=nginx --command --dry-run=client -o yaml -- sleep 5
        run r --image=nginx --privileged --image-pull-policy=Never --annotations=x=y --dry-run=client -o yaml
        run r --image=nginx --overrides={"spec":{"nodeName":"x"}} --dry-run=client -o yaml
        run r --image=nginx
        run r --image=nginx
        run r --image=nginx --dry-run=server
        run r2 --image=nginx --dry-run=server
        run r
        run
        run r --image=NGINX
        run r --image=nginx -t
        run r --image=nginx --expose
        run r --image=nginx --rm
        run r --image=nginx --restart=Sometimes
        run r --image=nginx --env=x
        run r --image=nginx -i --dry-run=client
        run r --image=nginx --port=x
        """);
  }

  @Test
  void drain_asKubectl() throws Exception {
    referee.both(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: drained-@}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: bare}
        spec: {nodeName: drained-@, containers: [{name: c, image: i}]}
        """);
    referee.same(
        """
        drain drained-@
        drain drained-@ --force --dry-run=client
        drain drained-@ --force --dry-run=server
        drain drained-@ --force --pod-selector=a=b
        drain drained-@ --pod-selector=a=(
        drain drained-@ --force --grace-period=0
        drain drained-@
        """);
  }

  @Test
  void access_asKubectl() throws Exception {
    referee.same(
        """
        auth can-i get pods
        auth can-i get pods/x -q
        auth can-i get pods --as=nobody
        auth can-i list deployments.apps --subresource=scale --as=nobody
        auth can-i get /healthz
        auth can-i nonsense pods
        auth can-i get nodes
        auth can-i get nonsense
        auth can-i get
        auth can-i --list --as=nobody
        auth whoami
        auth whoami -o jsonpath={.status.userInfo.username}
        api-versions
        certificate approve
        certificate approve none
        """);
    referee.both(
        """
        apiVersion: certificates.k8s.io/v1
        kind: CertificateSigningRequest
        metadata: {name: csr-@}
        spec:
          signerName: example.com/none
          usages: [client auth]
          request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ1ZqQ0NBVDRDQVFBd0VURVBNQTBHQTFVRUF3d0dZVzVuWld4aE1JSUJJakFOQmdrcWhraUc5dzBCQVFFRgpBQU9DQVE4QU1JSUJDZ0tDQVFFQTByczhJTHRHdTYxakx2dHhWTTJSVlRWMDNHWlJTWWw0dWluVWo4RElaWjBOCnR2MUZtRVFSd3VoaUZsOFEzcWl0Qm0wMUFSMkNJVXBGd2ZzSjZ4MXF3ckJzVkhZbGlBNVhwRVpZM3ExcGswSDQKM3Z3aGJlK1o2MVNrVHF5SVBYUUwrTWM5T1Nsbm0xb0R2N0NtSkZNMUlMRVI3QTVGZnZKOEdFRjJ6dHBoaUlFMwpub1dtdHNZb3JuT2wzc2lHQ2ZGZzR4Zmd4eW8ybmlneFNVekl1bXNnVm9PM2ttT0x1RVF6cXpkakJ3TFJXbWlECklmMXBMWnoyalVnald4UkhCM1gyWnVVV1d1T09PZnpXM01LaE8ybHEvZi9DdS8wYk83c0x0MCt3U2ZMSU91TFcKcW90blZtRmxMMytqTy82WDNDKzBERHk5aUtwbXJjVDBnWGZLemE1dHJRSURBUUFCb0FBd0RRWUpLb1pJaHZjTgpBUUVMQlFBRGdnRUJBR05WdmVIOGR4ZzNvK21VeVRkbmFjVmQ1N24zSkExdnZEU1JWREkyQTZ1eXN3ZFp1L1BVCkkwZXpZWFV0RVNnSk1IRmQycVVNMjNuNVJsSXJ3R0xuUXFISUh5VStWWHhsdnZsRnpNOVpEWllSTmU3QlJvYXgKQVlEdUI5STZXT3FYbkFvczFqRmxNUG5NbFpqdU5kSGxpT1BjTU1oNndLaTZzZFhpVStHYTJ2RUVLY01jSVUyRgpvU2djUWdMYTk0aEpacGk3ZnNMdm1OQUxoT045UHdNMGM1dVJVejV4T0dGMUtCbWRSeEgvbUNOS2JKYjFRQm1HCkkwYitEUEdaTktXTU0xMzhIQXdoV0tkNjVoVHdYOWl4V3ZHMkh4TG1WQzg0L1BHT0tWQW9FNkpsYWFHdTlQVmkKdjlOSjVaZlZrcXdCd0hKbzZXdk9xVlA3SVFjZmg3d0drWm89Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=
        """);
    referee.same(
        """
        certificate approve csr-@
        certificate approve csr-@
        certificate deny csr-@
        get csr csr-@ -o jsonpath={.status.conditions[0].type}{.status.conditions[0].reason}
        """);
  }

  @Test
  void events_asKubectl() throws Exception {
    referee.both(
        """
        apiVersion: v1
        kind: Event
        metadata: {name: e1, namespace: "@"}
        involvedObject: {kind: Pod, name: p, namespace: "@", apiVersion: v1}
        type: Warning
        reason: Broken
        message: "it broke "
        count: 3
        firstTimestamp: "2020-01-01T00:00:00Z"
        lastTimestamp: "2020-01-01T01:00:00Z"
        """);
    referee.same(
        """
        events --for=pod/p
        events --for=pod/p --no-headers
        events --for=pod/none
        events --types=Nonsense
        events --for=p
        events --for=pod/p -o jsonpath={.items[*].reason}
        """);
  }

  @Test
  void kubectlAsAWord_isTheVerbsAlone() {
    assertEquals(
        referee.succeed("get", "ns", "default", "-o", "yaml"),
        referee.succeed("kubectl", "get", "ns", "default", "-o", "yaml"));
    Referee.Ran ran = referee.wherry("", "kubectl", "delete");
    assertEquals(1, ran.exit());
    assertTrue(ran.err().startsWith("error: You must provide"), ran.err());
  }

  @Test
  void ingressesAndTheCluster_asKubectl() throws Exception {
    referee.both(InspectObjects.INGRESSES);
    referee.same(
        """
        describe ingress --show-events=false
        describe ingressclass class-@
        cluster-info
        cluster-info -n kube-system
        create --raw /api/v1/namespaces/@/configmaps -f nothing.yaml
        replace --raw /x -f nothing.yaml -f other.yaml
        delete --raw /api/v1/namespaces/@/configmaps/c -f nothing.yaml
        version -o xml
        version more
        """);
    assertEquals(
        Json.parse(referee.kubectl("", "version", "-o", "json").out().getBytes(UTF_8))
            .path("serverVersion"),
        Json.parse(referee.wherry("", "version", "-o", "json").out().getBytes(UTF_8))
            .path("serverVersion"));
    assertTrue(referee.succeed("version").matches("Client Version: .*\nServer Version: .*\n"));
    assertTrue(referee.succeed("version", "--client").matches("Client Version: v1.36.*\n"));
  }
}
