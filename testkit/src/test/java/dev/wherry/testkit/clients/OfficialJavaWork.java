package dev.wherry.testkit.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.ProtoClient;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.proto.V1.ConfigMap;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Config;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The official Java client: typed calls, an informer, protobuf, a refusal as it reads it. */
final class OfficialJavaWork implements ResourceEventHandler<V1ConfigMap> {
  private static final String NAMESPACE = "official-java";

  private final ApiClient client;
  private final CoreV1Api core;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  OfficialJavaWork(Path kubeconfig) throws Exception {
    client = Config.fromConfig(kubeconfig.toString());
    core = new CoreV1Api(client);
  }

  void run() throws Exception {
    core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(NAMESPACE))).execute();
    SharedInformerFactory factory = new SharedInformerFactory(client);
    SharedIndexInformer<V1ConfigMap> informer =
        factory.sharedIndexInformerFor(
            (CallGeneratorParams params) ->
                core.listNamespacedConfigMap(NAMESPACE)
                    .labelSelector("made=java")
                    .resourceVersion(params.resourceVersion)
                    .timeoutSeconds(params.timeoutSeconds)
                    .watch(params.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class);
    informer.addEventHandler(this);
    factory.startAllRegisteredInformers();
    try {
      work();
    } finally {
      factory.stopAllRegisteredInformers();
    }
    core.deleteNamespace(NAMESPACE).execute();
  }

  private void work() throws Exception {
    V1ConfigMap map =
        new V1ConfigMap()
            .metadata(new V1ObjectMeta().name("m").labels(Map.of("made", "java")))
            .data(Map.of("n", "1"));
    V1ConfigMap made = core.createNamespacedConfigMap(NAMESPACE, map).execute();
    assertEquals("added 1", told.take());
    V1ConfigMap second =
        core.replaceNamespacedConfigMap("m", NAMESPACE, made.data(Map.of("n", "2"))).execute();
    assertEquals("updated 2", told.take());
    ApiException stale =
        assertThrows(
            ApiException.class,
            () ->
                core.replaceNamespacedConfigMap(
                        "m", NAMESPACE, map.metadata(second.getMetadata().resourceVersion("1")))
                    .execute());
    assertEquals(409, stale.getCode());
    assertTrue(stale.getResponseBody().contains("Conflict"), stale.getResponseBody());

    ProtoClient.ObjectOrStatus<ConfigMap> read =
        new ProtoClient(client)
            .get(ConfigMap.newBuilder(), "/api/v1/namespaces/" + NAMESPACE + "/configmaps/m");
    ConfigMap proto = read.object;
    assertEquals("2", proto.getDataMap().get("n"));
    core.deleteNamespacedConfigMap("m", NAMESPACE).execute();
    assertEquals("deleted 2", told.take());
  }

  @Override
  public void onAdd(V1ConfigMap map) {
    told.add("added " + map.getData().get("n"));
  }

  @Override
  public void onUpdate(V1ConfigMap before, V1ConfigMap after) {
    told.add("updated " + after.getData().get("n"));
  }

  @Override
  public void onDelete(V1ConfigMap map, boolean unknown) {
    told.add("deleted " + map.getData().get("n"));
  }
}
