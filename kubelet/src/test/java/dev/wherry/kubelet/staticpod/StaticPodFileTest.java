package dev.wherry.kubelet.staticpod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.Pod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticPodFileTest {
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers: [{name: c, image: busybox}]
      """;

  private static Pod parse(String text) {
    return StaticPodFile.parse(text.getBytes(StandardCharsets.UTF_8), "/m/web.yaml", "Node-1");
  }

  @Test
  void parse_aPod_isOfThisNodeAndComplete() {
    Pod pod = parse(WEB);
    assertEquals("web-node-1", pod.metadata().name());
    assertEquals("default", pod.metadata().namespace());
    assertEquals(32, pod.metadata().uid().length());
    assertEquals(pod.metadata().uid(), pod.metadata().annotations().get(StaticPodFile.HASH));
    assertEquals("file", pod.metadata().annotations().get("kubernetes.io/config.source"));
    assertEquals("Node-1", pod.spec().nodeName());
    assertEquals("Always", pod.spec().restartPolicy());
    assertEquals(30L, pod.spec().terminationGracePeriodSeconds());
    assertTrue(
        pod.spec().tolerations().stream()
            .anyMatch(t -> t.operator().equals("Exists") && t.effect().equals("NoExecute")));
    assertEquals(pod.metadata().uid(), parse(WEB).metadata().uid());
    assertNotEquals(pod.metadata().uid(), parse(WEB.replace("busybox", "nginx")).metadata().uid());
  }

  @Test
  void parse_whatNeedsTheApiOrLeadsAstray_isRefused() {
    for (String wrong :
        List.of(
            WEB.replace("name: web,", "name: ../web,"),
            WEB.replace("kind: Pod", "kind: Deployment"),
            WEB + "  serviceAccountName: x\n",
            WEB + "  volumes: [{name: v, secret: {secretName: s}}]\n",
            WEB.replace("image: busybox", "image: busybox, envFrom: [{configMapRef: {name: x}}]"),
            "{")) {
      assertThrows(DecodeException.class, () -> parse(wrong), wrong);
    }
  }

  @Test
  void read_brokenFile_keepsThePodItWasBefore(@TempDir Path folder) throws Exception {
    AtomicInteger changes = new AtomicInteger();
    try (StaticPodFolder pods = new StaticPodFolder(folder, "node-1", changes::incrementAndGet)) {
      Path file = Files.writeString(folder.resolve("web.yaml"), WEB);
      Files.writeString(folder.resolve(".hidden.yaml"), WEB.replace("web", "hidden"));
      Await.until(Duration.ofSeconds(10), () -> "news of the file", () -> changes.get() > 0);
      var first = pods.read();
      assertEquals(1, first.size());
      Files.writeString(file, "kind: [");
      assertEquals(first, pods.read());
      Files.writeString(file, WEB.replace("busybox", "nginx"));
      assertNotEquals(first.keySet(), pods.read().keySet());
      int before = changes.get();
      Files.delete(file);
      Await.until(Duration.ofSeconds(10), () -> "news of the end", () -> changes.get() > before);
      assertEquals(0, pods.read().size());
    }
  }
}
