package dev.wherry.cli.cluster;

import dev.wherry.cli.AdminAccess;
import dev.wherry.cli.ImageFolder;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Yaml;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Shows a first pod: applies its manifest, follows its log, says what to type next. */
final class Demo {
  private static final int LOG_LINES = 4;
  private static final Duration COMMAND_MAX = Duration.ofSeconds(60);
  private static final Duration REGISTRY_MAX = Duration.ofSeconds(3);
  private static final InetSocketAddress DEFAULT_REGISTRY =
      InetSocketAddress.createUnresolved("registry-1.docker.io", 443);

  private final Path dataDirectory;
  private final List<String> client;
  private final ImageFolder images;
  private final CompletableFuture<Boolean> imageFound;

  /** Begins to ask the registry: without a network that takes seconds, in which a server starts. */
  Demo(Path dataDirectory) throws IOException {
    this.dataDirectory = dataDirectory;
    this.client = client();
    this.images = new ImageFolder(dataDirectory);
    this.imageFound =
        images.hasBusybox()
            ? CompletableFuture.completedFuture(true)
            : CompletableFuture.supplyAsync(Demo::registryAnswers, Thread::startVirtualThread)
                .completeOnTimeout(false, REGISTRY_MAX.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Runs the show.
   *
   * @param manifest of one pod
   * @throws IOException when a step fails; the message says which
   */
  void show(Path manifest) throws IOException, InterruptedException {
    String name = Yaml.parse(Files.readAllBytes(manifest)).tree().at("/metadata/name").asText();
    provideImage();
    run("apply", "-f", manifest.toString());
    awaitReady(name);
    follow(name);
    List<String> next =
        List.of(
            "get pods -o wide",
            "logs -f " + name,
            "exec -it " + name + " -- sh",
            "describe pod " + name,
            "delete -f " + manifest);
    System.out.println("what to type next:");
    String program = String.join(" ", display());
    next.forEach(arguments -> System.out.println("  " + program + " " + arguments));
  }

  private void awaitReady(String pod) throws IOException, InterruptedException {
    System.out.println("waiting until pod " + pod + " is Ready");
    try (SystemTimer timer = new SystemTimer();
        AdminAccess access = AdminAccess.open(dataDirectory, timer)) {
      if (!Await.ready(access.api(), Pod.KIND, "default", pod, Demo::isReady, COMMAND_MAX)) {
        String program = String.join(" ", display());
        throw new IOException(
            "pod %s is not Ready after %d s; see '%s describe pod %s'"
                .formatted(pod, COMMAND_MAX.toSeconds(), program, pod));
      }
    }
  }

  private static boolean isReady(Pod pod) {
    return pod.status().conditions().stream()
        .anyMatch(
            condition -> condition.type().equals("Ready") && condition.status().equals("True"));
  }

  /** Without a registry, busybox comes from this host's own package. */
  private void provideImage() throws IOException {
    if (imageFound.join()) {
      return;
    }
    images.importBusybox();
    System.out.println(
        "no image registry answers: made docker.io/library/busybox:latest of busybox-static");
  }

  private static boolean registryAnswers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(DEFAULT_REGISTRY.getHostString(), DEFAULT_REGISTRY.getPort()),
          (int) REGISTRY_MAX.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    System.out.println("$ " + String.join(" ", display()) + " " + String.join(" ", arguments));
    Process process = start(arguments).inheritIO().start();
    if (!process.waitFor(COMMAND_MAX.toSeconds(), TimeUnit.SECONDS)) {
      process.destroy();
      throw new IOException(arguments[0] + " takes more than " + COMMAND_MAX.toSeconds() + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(arguments[0] + " failed with exit code " + process.exitValue());
    }
  }

  private void follow(String pod) throws IOException {
    System.out.println("$ " + String.join(" ", display()) + " logs -f " + pod);
    Process process =
        start("logs", "-f", "--tail=" + LOG_LINES, pod)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().close();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < LOG_LINES; i++) {
        String line = lines.readLine();
        if (line == null) {
          throw new IOException("the log of " + pod + " ended after " + i + " lines");
        }
        System.out.println(line);
      }
    } finally {
      process.destroy();
    }
  }

  private ProcessBuilder start(String... arguments) {
    List<String> command = new ArrayList<>(client);
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", AdminAccess.kubeconfig(dataDirectory).toString());
    return builder;
  }

  private List<String> display() {
    return List.of(Path.of(client.getFirst()).getFileName().toString());
  }

  /** The kubectl that is there, or this program. */
  private static List<String> client() throws IOException {
    String path = System.getenv().getOrDefault("PATH", "");
    boolean kubectl =
        Stream.of(path.split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    return kubectl ? List.of("kubectl") : List.of(Daemon.program().toString());
  }
}
