package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ApiChoices;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.cli.client.stream.Pipe;
import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Kubectl;
import dev.wherry.cli.lab.OwnProgram;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.kubelet.image.ImageCredentials;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.choice.RuntimeChoice;
import dev.wherry.runtime.fixture.PodNetwork;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real kubectl streams to and from a pod, through server, tunnel, kubelet and runtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StreamsContract {
  private static final int BYTES = 4 << 20;
  private static final int CONNECTIONS = 40;
  private static final String POD =
      """
      {"kind": "List", "apiVersion": "v1", "items": [
        {"kind": "Pod", "apiVersion": "v1",
         "metadata": {"name": "box", "labels": {"app": "box"}},
         "spec": {"terminationGracePeriodSeconds": 0, "containers": [
           {"name": "main", "image": "busybox", "ports": [{"containerPort": 8080}],
            "command": ["sh", "-c", "mkdir -p /www/sub; echo page > /www/sub/x.txt;\
       echo '<a href=\\"/link\\">a</a>' > /www/index.html; httpd -p 8080 -h /www;\
       while true; do nc -l -p 9000 -e sh -c 'cat; echo bye'; done"]},
           {"name": "side", "image": "busybox", "stdin": true,
            "command": ["sh", "-c",
              "echo started; while read line; do echo \\"got $line\\"; done; sleep 10000"]}]}},
        {"kind": "Service", "apiVersion": "v1", "metadata": {"name": "box"},
         "spec": {"selector": {"app": "box"},
           "ports": [{"name": "web", "port": 80, "targetPort": 8080}]}}]}
      """;

  private static final String BALANCED =
      """
      {"kind": "Service", "apiVersion": "v1", "metadata": {"name": "balanced"},
       "spec": {"type": "LoadBalancer", "selector": {"app": "box"}, "ports": [
         {"name": "web", "port": 80, "targetPort": 8080},
         {"name": "dns", "port": 53, "protocol": "UDP"}]}}
      """;

  /** Whether somebody listens to port 9000. */
  private static final String LISTENS = "cat /proc/net/tcp /proc/net/tcp6 | grep -q ':2328 .* 0A '";

  private static final String SERVES =
      "wget -q -O /dev/null http://127.0.0.1:8080/sub/x.txt && " + LISTENS;

  private Path folder;
  private PodNetwork network;
  private ImageMirror mirror;
  private ServerRole server;

  /** Starts the runtime whose pods join the conflist's network; the socket of its CRI. */
  abstract Path startRuntime(Path folder, PodNetwork network, ImageStore images, ImageMirror mirror)
      throws Exception;

  abstract void stopRuntime() throws Exception;

  /** The third octet of this runtime's test network. */
  abstract int networkNumber();

  /** Whether what a pod sends behind the end of the client's half arrives. */
  abstract boolean forwardsHalfClosed();

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    network = PodNetwork.create(folder, networkNumber());
    Path data = folder.resolve("data");
    new ImageFolder(data).importBusybox();
    ImageStore images = LocalNode.images(data);
    mirror = ImageMirror.start(images, folder.resolve("mirror"));
    server =
        ServerRole.start(
            new ServerRole.Options(
                data,
                "127.0.0.1",
                0,
                List.of(),
                "streams-" + networkNumber(),
                HostAddress.primary(IpFamily.IPV4),
                "",
                0,
                true,
                new RuntimeChoice.Socket(startRuntime(folder, network, images, mirror)),
                Map.of(),
                List.of(),
                ProtectionConfig.NONE,
                ApiChoices.DEFAULT,
                DnsChoice.BUILT_IN,
                ControllersConfig.Choices.DEFAULT,
                IngressChoice.DEFAULT,
                NetworkChoice.BUILT_IN,
                "",
                ImageCredentials.NONE,
                SchedulerConfig.defaults(),
                RangeChoice.UNSAID));
    Path pods = Files.writeString(folder.resolve("pods.json"), POD);
    Await.until(
        () -> "default service account",
        () -> kubectl(true).run("get", "serviceaccount", "default").exit() == 0);
    succeed(kubectl(true).run("apply", "-f", pods.toString()));
    Await.until(
        () -> describe("ready pod"),
        () ->
            kubectl(true).run("wait", "--for=condition=Ready", "pod/box", "--timeout=55s").exit()
                == 0);
    // A container is ready before its command has done anything, and before its Service knows.
    Await.until(
        () -> describe("a page, a listener and a line"),
        () ->
            kubectl(true).run("exec", "box", "-c", "main", "--", "sh", "-c", SERVES).exit() == 0
                && kubectl(true).run("logs", "box", "-c", "side").text().contains("started"));
    awaitEndpoints("box");
  }

  private void awaitEndpoints(String service) throws IOException {
    Await.until(
        () -> describe("endpoints"),
        () ->
            !kubectl(true)
                .run(
                    "get",
                    "endpointslices",
                    "-l",
                    "kubernetes.io/service-name=" + service,
                    "-o",
                    "jsonpath={.items[*].endpoints[*].addresses[*]}")
                .text()
                .isBlank());
  }

  /** It takes one connection after the other, and none for a moment between two. */
  private void awaitRawListener() throws IOException {
    Await.until(
        () -> describe("a listener"),
        () ->
            kubectl(true).run("exec", "box", "-c", "main", "--", "sh", "-c", LISTENS).exit() == 0);
  }

  private String describe(String what) {
    try {
      return what + "\n" + kubectl(true).run("describe", "pod", "box").text();
    } catch (IOException e) {
      return what;
    }
  }

  @AfterAll
  void stop() throws Exception {
    try {
      if (server != null) {
        kubectl(true).run("delete", "pod", "box", "--grace-period=0", "--timeout=20s");
        server.close();
      }
    } finally {
      stopRuntime();
      mirror.close();
      network.close();
      boolean _ = NodeSockets.end(folder.resolve("data"));
      Files.deleteIfExists(RunDirectory.of(folder.resolve("data")));
    }
  }

  private Kubectl kubectl(boolean webSockets) {
    return new Kubectl(server.kubeconfig(), folder, webSockets);
  }

  private static Kubectl.Result succeed(Kubectl.Result result) {
    assertEquals(0, result.exit(), result.text() + result.errors());
    return result;
  }

  private static byte[] random(int seed) {
    byte[] bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exec_separatesStreamsAndGivesTheExitCode(boolean webSockets) throws Exception {
    Kubectl.Result result =
        kubectl(webSockets)
            .run("exec", "box", "-c", "main", "--", "sh", "-c", "echo out; echo 한 >&2; exit 7");
    assertEquals(7, result.exit(), result.errors());
    assertEquals("out\n", result.text());
    assertEquals("한\ncommand terminated with exit code 7\n", result.errors());

    // The command is in the request's line.
    String word = "a".repeat(100_000);
    Kubectl.Result said =
        kubectl(webSockets).run("exec", "box", "-c", "main", "--", "echo", "-n", word);
    assertEquals(word, said.text(), said.errors());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exec_largeInputAndOutput_areByteExactAndEndWithTheInput(boolean webSockets)
      throws Exception {
    Kubectl kubectl = kubectl(webSockets);
    byte[] sent = random(1);
    assertArrayEquals(
        sent, succeed(kubectl.run(sent, "exec", "-i", "box", "-c", "main", "--", "cat")).out());
    assertEquals(
        "x\n", kubectl.run(bytes("x\n"), "exec", "-i", "box", "-c", "main", "--", "cat").text());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exec_onATerminal_hasItsSize(boolean webSockets) throws Exception {
    String shown =
        kubectl(webSockets)
            .onTerminal(
                "/usr/bin/kubectl exec -it box -c main --"
                    + " sh -c 'until stty size 2>/dev/null | grep -q 101; do :; done; stty size'");
    assertTrue(shown.contains("33 101"), shown);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void attach_reachesTheFirstProcess(boolean webSockets) throws Exception {
    Process attach = kubectl(webSockets).start("attach", "-i", "box", "-c", "side");
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(attach.getInputStream(), StandardCharsets.UTF_8))) {
      attach.getOutputStream().write(bytes("line " + webSockets + "\n"));
      attach.getOutputStream().flush();
      assertEquals("got line " + webSockets, out.readLine());
    } finally {
      attach.destroy();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cp_bothWays_isByteExact(boolean webSockets) throws Exception {
    Path file = Files.write(folder.resolve("sent-" + webSockets), random(2));
    Path back = folder.resolve("back-" + webSockets);
    Kubectl kubectl = kubectl(webSockets);
    succeed(kubectl.run("cp", file.toString(), "box:/tmp/file", "-c", "main"));
    succeed(kubectl.run("cp", "box:/tmp/file", back.toString(), "-c", "main"));
    assertEquals(-1, Files.mismatch(file, back));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void portForward_manyConnectionsAndAHalfClosedOne(boolean webSockets) throws Exception {
    awaitRawListener();
    Process forward = kubectl(webSockets).start("port-forward", "pod/box", ":8080", ":9000");
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(forward.getInputStream(), StandardCharsets.UTF_8));
        HttpClient http = http();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int web = localPort(out, 8080);
      int raw = localPort(out, 9000);
      List<Callable<String>> gets = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        gets.add(() -> get(http, "http://127.0.0.1:" + web + "/sub/x.txt").body());
      }
      for (Future<String> got : threads.invokeAll(gets)) {
        assertEquals("page\n", got.get());
      }
      try (Socket socket = new Socket("127.0.0.1", raw)) {
        socket.getOutputStream().write(bytes("half\n"));
        socket.shutdownOutput();
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(forwardsHalfClosed() ? "half\nbye\n" : "half\n", answer);
      }
    } finally {
      forward.destroy();
    }
  }

  private OwnProgram program(InputStream input, String... words) {
    return new OwnProgram(server.kubeconfig(), folder, input, words);
  }

  private void own(String... words) throws Exception {
    try (OwnProgram run = program(InputStream.nullInputStream(), words)) {
      assertEquals(0, run.ended(), run.said());
    }
  }

  @Test
  void wherryCp_bothWays_isByteExact() throws Exception {
    Path sent = Files.createDirectories(folder.resolve("own/sub"));
    Files.write(sent.resolve("file"), random(3));
    Files.writeString(sent.resolve("it's"), "quoted");
    own("cp", folder.resolve("own").toString(), "default/box:/tmp/own", "-c", "main");
    own("cp", "box:/tmp/own", folder.resolve("own-back").toString(), "-c", "main");
    own("cp", "box:/tmp/own/sub/it's", folder + "/single", "-c", "main", "--retries=2");
    assertEquals(-1, Files.mismatch(sent.resolve("file"), folder.resolve("own-back/sub/file")));
    assertEquals("quoted", Files.readString(folder.resolve("single")));
    try (OwnProgram run =
        program(InputStream.nullInputStream(), "cp", "box:/none", folder + "/x", "-c", "main")) {
      assertTrue(run.ended() != 0, run.said());
    }
  }

  @Test
  void wherryPortForward_toPodAndService_answers() throws Exception {
    InputStream nothing = InputStream.nullInputStream();
    try (OwnProgram run = program(nothing, "port-forward", "svc/box", ":web");
        HttpClient http = http()) {
      Pattern line = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> 8080");
      Await.until(run::said, () -> line.matcher(run.out()).find());
      Matcher found = line.matcher(run.out());
      assertTrue(found.find());
      for (int i = 0; i < CONNECTIONS / 4; i++) {
        String url = "http://127.0.0.1:" + found.group(1) + "/sub/x.txt";
        assertEquals("page\n", get(http, url).body());
      }
    }
  }

  @Test
  void wherryTunnel_followsServicesOfTypeLoadBalancer() throws Exception {
    succeed(
        kubectl(true).run("apply", "-f", Files.writeString(folder.resolve("b"), BALANCED) + ""));
    InputStream nothing = InputStream.nullInputStream();
    try (OwnProgram run = program(nothing, "tunnel", "--free-ports");
        HttpClient http = http()) {
      Pattern line = Pattern.compile("default/balanced: 127\\.0\\.0\\.1:(\\d+) -> 80");
      Await.until(run::said, () -> run.out().contains("; left out 53/UDP: TCP only\n"));
      Matcher found = line.matcher(run.out());
      assertTrue(found.find());
      String url = "http://127.0.0.1:" + found.group(1) + "/sub/x.txt";
      awaitEndpoints("balanced");
      assertEquals("page\n", get(http, url).body());
      try (OwnProgram second = program(nothing, "tunnel", "balanced", "box", "none")) {
        Await.until(
            second::said,
            () ->
                second.out().contains("not on 127.0.0.1:80 (Address already in use; --free-ports")
                    && second.out().contains("default/box: is of type ClusterIP")
                    && second.out().contains("default/none: not there yet"));
      }
      String other = "[{\"op\":\"replace\",\"path\":\"/spec/ports/0/port\",\"value\":47101}]";
      succeed(kubectl(true).run("patch", "service", "balanced", "--type=json", "-p", other));
      Await.until(run::said, () -> run.out().contains("changed: 127.0.0.1:47101 -> 47101"));
      assertEquals("page\n", get(http, "http://127.0.0.1:47101/sub/x.txt").body());
      succeed(kubectl(true).run("delete", "service", "balanced"));
      Await.until(run::said, () -> run.out().contains("default/balanced gone\n"));
      assertThrows(ConnectException.class, () -> get(http, url));
    }
  }

  @Test
  void wherryAttach_reachesTheFirstProcess() throws Exception {
    Pipe input = new Pipe(BYTES);
    input.out().write(bytes("own line\n"));
    try (OwnProgram run = program(input.in(), "attach", "-i", "box", "-c", "side")) {
      Await.until(run::said, () -> run.out().contains("got own line\n"));
    }
  }

  @Test
  void wherryRun_interactiveAndRemoved_givesTheExitCode() throws Exception {
    Pipe input = new Pipe(BYTES);
    input.out().write(bytes("hello\n"));
    String[] words = {
      "run",
      "once",
      "--image=busybox",
      "--restart=Never",
      "--rm",
      "-i",
      "--",
      "sh",
      "-c",
      "read line; echo got $line; exit 3"
    };
    try (OwnProgram run = program(input.in(), words)) {
      assertEquals(3, run.ended(), run.said());
      assertTrue(run.out().contains("got hello"), run.said());
      assertTrue(run.out().contains("pod \"once\" deleted from default namespace"), run.said());
    }
  }

  private static int localPort(BufferedReader out, int remote) throws IOException {
    Pattern line = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> " + remote);
    for (String text = out.readLine(); text != null; text = out.readLine()) {
      Matcher found = line.matcher(text);
      if (found.matches()) {
        return Integer.parseInt(found.group(1));
      }
    }
    throw new IOException("kubectl forwards nothing to " + remote);
  }

  /** Without HTTP/2, for which Java's client asks by an upgrade that kubectl proxy takes as one. */
  private static HttpClient http() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void proxies_reachPodServiceAndNode_andWebSocketsTheirStreams() throws Exception {
    Process proxy = kubectl(true).start("proxy", "--port=0", "--disable-filter=true");
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(proxy.getInputStream(), StandardCharsets.UTF_8));
        HttpClient http = http()) {
      String address = out.readLine().replaceFirst(".*127\\.0\\.0\\.1:", "127.0.0.1:");
      String core = "http://" + address + "/api/v1";
      String pods = "/api/v1/namespaces/default/pods/";
      assertEquals(
          "<a href=\"" + pods + "http:box:8080/proxy/link\">a</a>\n",
          get(http, "http://" + address + pods + "http:box:8080/proxy/").body());
      String services = core + "/namespaces/default/services/";
      assertEquals("page\n", get(http, services + "box:web/proxy/sub/x.txt").body());
      assertEquals("page\n", get(http, services + "box:80/proxy/sub/x.txt").body());
      assertEquals(503, get(http, services + "box:81/proxy/").statusCode());
      assertEquals(404, get(http, services + "none/proxy/").statusCode());
      assertEquals(301, get(http, core + "/namespaces/default/pods/box/proxy").statusCode());
      String node = core + "/nodes/streams-" + networkNumber();
      assertEquals("ok", get(http, node + "/proxy/healthz").body());

      Sockets sockets = new Sockets(http, "ws://" + address + pods + "box/");
      assertEquals(
          "\1\1remote execution test\n",
          sockets.hear(
              "exec?container=main&stdout=1&command=echo&command=remote+execution+test",
              "channel.k8s.io"));
      assertTrue(sockets.hear("log?container=side", "binary.k8s.io").contains("started\n"));
      awaitRawListener();
      String forwarded = sockets.hear("portforward?ports=9000", "v4.channel.k8s.io", "\0hi\n");
      assertTrue(forwarded.startsWith("\0(#\1(#\0hi\n"), forwarded);
    } finally {
      proxy.destroy();
    }
  }

  @Test
  void refusals_sayWhatIsWrong() throws Exception {
    Kubectl kubectl = kubectl(true);
    assertTrue(kubectl.run("exec", "none", "--", "true").errors().contains("\"none\" not found"));
    assertTrue(
        kubectl
            .run("exec", "box", "-c", "x", "--", "true")
            .errors()
            .contains("container x is not valid for pod box"));
    Kubectl.Result missing = kubectl.run("exec", "box", "-c", "main", "--", "no-such-command");
    assertTrue(missing.exit() != 0); // Docker says it on stdout.
    String said = missing.text() + missing.errors();
    assertTrue(said.contains("no-such-command"), said);
  }
}
