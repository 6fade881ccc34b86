package dev.wherry.testkit.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** fabric8's client: an informer, server-side apply, leader election with a handover, a pod. */
final class Fabric8Work implements ResourceEventHandler<ConfigMap> {
  private static final String NAMESPACE = "fabric8";
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration RENEW = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofMillis(200);

  private final Config config;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  Fabric8Work(Path kubeconfig) {
    config = Config.fromKubeconfig(kubeconfig.toFile());
  }

  void run() throws Exception {
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
          .create();
      followApplied(client);
      handOverLeadership(client);
      runPod(client);
      client.namespaces().withName(NAMESPACE).delete();
    }
  }

  private void followApplied(KubernetesClient client) throws Exception {
    try (SharedIndexInformer<ConfigMap> informer =
        client.configMaps().inNamespace(NAMESPACE).withLabel("made", "fabric8").inform(this)) {
      client.resource(map("1")).serverSideApply();
      assertEquals("added 1", told.take());
      ConfigMap second = client.resource(map("2")).serverSideApply();
      assertEquals("updated 2", told.take());
      assertEquals("Apply", second.getMetadata().getManagedFields().getFirst().getOperation());
      client
          .configMaps()
          .inNamespace(NAMESPACE)
          .withName("m")
          .edit(map -> new ConfigMapBuilder(map).addToData("n", "3").build());
      assertEquals("updated 3", told.take());
      client.resource(map("3")).delete();
      assertEquals("deleted 3", told.take());
      assertTrue(informer.isWatching());
    }
  }

  private static ConfigMap map(String n) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName("m")
        .addToLabels("made", "fabric8")
        .endMetadata()
        .addToData("n", n)
        .build();
  }

  private static void handOverLeadership(KubernetesClient client) throws Exception {
    CompletableFuture<Void> firstLeads = new CompletableFuture<>();
    CompletableFuture<Void> secondLeads = new CompletableFuture<>();
    CompletableFuture<?> first = candidate(client, "first", firstLeads);
    firstLeads.get(4, TimeUnit.MINUTES);
    CompletableFuture<?> second = candidate(client, "second", secondLeads);
    assertFalse(secondLeads.isDone());
    first.cancel(true);
    secondLeads.get(4, TimeUnit.MINUTES);
    assertEquals(
        "second",
        client
            .leases()
            .inNamespace(NAMESPACE)
            .withName("leader")
            .get()
            .getSpec()
            .getHolderIdentity());
    second.cancel(true);
  }

  private static CompletableFuture<?> candidate(
      KubernetesClient client, String name, CompletableFuture<Void> leads) {
    return client
        .leaderElector()
        .withConfig(
            new LeaderElectionConfig(
                new LeaseLock(NAMESPACE, "leader", name),
                LEASE,
                RENEW,
                RETRY,
                new LeaderCallbacks(() -> leads.complete(null), () -> {}, leader -> {}),
                true,
                name))
        .build()
        .start();
  }

  private static void runPod(KubernetesClient client) throws Exception {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName("p")
            .endMetadata()
            .withNewSpec()
            .withTerminationGracePeriodSeconds(0L)
            .addNewContainer()
            .withName("main")
            .withImage("busybox")
            .withImagePullPolicy("IfNotPresent")
            .withArgs("sh", "-c", "echo started; exec sleep 3600")
            .endContainer()
            .endSpec()
            .build();
    client.resource(pod).create();
    client.resource(pod).waitUntilReady(4, TimeUnit.MINUTES);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ExecWatch exec =
        client
            .pods()
            .inNamespace(NAMESPACE)
            .withName("p")
            .writingOutput(out)
            .exec("sh", "-c", "echo inside; exit 3")) {
      assertEquals(3, exec.exitCode().get(4, TimeUnit.MINUTES));
    }
    // The client hands the output over on a thread of its own; the test's timeout bounds both
    // waits.
    while (!out.toString(StandardCharsets.UTF_8).equals("inside\n")) {
      Thread.onSpinWait();
    }
    // A container is ready before its command has said anything.
    while (!client.pods().inNamespace(NAMESPACE).withName("p").getLog().equals("started\n")) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void onAdd(ConfigMap map) {
    told.add("added " + map.getData().get("n"));
  }

  @Override
  public void onUpdate(ConfigMap before, ConfigMap after) {
    told.add("updated " + after.getData().get("n"));
  }

  @Override
  public void onDelete(ConfigMap map, boolean unknown) {
    told.add("deleted " + map.getData().get("n"));
  }
}
