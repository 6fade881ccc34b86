package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Machines;
import dev.wherry.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Packets between pods of two nodes, as {@code wherry cluster} makes them on one machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TwoNodesTest {
  /** Says who asked and who answers. */
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web-%1$d, labels: {app: web}}
      spec:
        terminationGracePeriodSeconds: 0
        nodeName: %2$s-%1$d
        containers:
        - name: c
          image: busybox
          command:
          - sh
          - -c
          - |
            mkdir -p /www/cgi-bin
            printf '#!/bin/sh\\necho; echo $REMOTE_ADDR web-%1$d\\n' > /www/cgi-bin/who
            chmod +x /www/cgi-bin/who
            exec httpd -f -p 8080 -h /www
      ---
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      """;

  /** Of at most eight characters, and of no other run on this machine. */
  private static final String NAME = "t" + ProcessHandle.current().pid() % 10_000_000;

  @TempDir static Path folder;
  private Machines machines;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    machines = Machines.start(NAME, List.of("--nodes=2", "--busybox"));
    kubectl = machines.kubectl(Kubectls.paths().getFirst());
    kubectl.await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
    Path file =
        Files.writeString(
            folder.resolve("web.yaml"), WEB.formatted(1, NAME) + WEB.formatted(2, NAME) + SERVICE);
    kubectl.run("apply", "-f", file.toString()).orThrow();
    kubectl.run("wait", "--for=condition=Ready", "pod", "--all", "--timeout=200s").orThrow();
  }

  @AfterAll
  void stop() throws Exception {
    if (machines != null) {
      machines.close();
      assertFalse(Files.exists(Path.of("/sys/class/net/w-" + NAME)));
      assertFalse(Files.exists(Path.of("/run/netns/wherry-" + NAME + "-1")));
    }
  }

  private String address(int number) throws Exception {
    return kubectl
        .run("get", "pod", "web-" + number, "-o", "jsonpath={.status.podIP}")
        .orThrow()
        .strip();
  }

  private static String[] asking(String address) {
    String script = "for i in 1 2 3 4 5 6 7 8; do timeout 3 wget -qO- %s/cgi-bin/who; done";
    return new String[] {"exec", "web-1", "--", "sh", "-c", script.formatted(address)};
  }

  private void assertBothAnswer() throws Exception {
    kubectl.await("] web-1", asking("http://web"));
    kubectl.await(address(1) + "] web-2", asking("http://web"));
  }

  @Test
  void pods_ofTwoNodes_seeEachOther_byAddressAndByName() throws Exception {
    String first = address(1);
    String direct = kubectl.await("web-2", asking("http://" + address(2) + ":8080"));
    assertTrue(direct.contains(first + "] web-2"), "the source is kept: " + direct);
    assertBothAnswer();

    Program node = machines.on(NAME + "-1");
    node.run("nft", "flush", "ruleset").orThrow();
    String route = address(2).replaceFirst("\\d+$", "0/24");
    node.run("ip", "route", "del", route).orThrow();
    assertBothAnswer();
    kubectl.await(
        "False",
        "get",
        "node",
        NAME + "-2",
        "-o",
        "jsonpath={.status.conditions[?(@.type=='NetworkUnavailable')].status}");
  }
}
