package dev.wherry.bench.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The program in its roles, one after the other, each with a data folder of its own. */
public final class Cluster implements AutoCloseable {
  private static final String SERVES = "is ready at";
  private static final String JOINED = "works for";
  private static final int OBJECTS = 1_000;
  private static final int PODS = 30;

  /** The collector and the compiler need a while to be done with the start. */
  private static final Duration SETTLE = Duration.ofSeconds(120);

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final long COMMAND_SECONDS_MAX = 300;

  private final Path launcher;
  private final Path folder;
  private final Path log;

  public Cluster(Path launcher, Path folder) {
    this.launcher = launcher;
    this.folder = folder;
    this.log = folder.resolve("log");
  }

  /** Server and worker in one process: the first start, later ones, then at rest. */
  public void starts(int count) throws IOException, InterruptedException {
    Path data = folder.resolve("both");
    List<String> words = List.of("server", "--data-dir=" + data, "--node-name=both", "--port=0");
    for (int i = 0; i <= count; i++) {
      try (Program both = Program.start(launcher, log, SERVES, words)) {
        System.out.printf(
            Locale.ROOT,
            "%s to ready: %d ms, CPU %d ms%n",
            i == 0 ? "first start" : "start",
            both.ready().toMillis(),
            both.readyCpu().toMillis());
        if (i == count) {
          atRest("server and worker", both);
        }
      }
    }
    run("delete", "--yes", "--data-dir=" + data);
  }

  /** A server with objects; an agent that joins it, with and without pods. */
  public void serverAlone() throws IOException, InterruptedException {
    Path data = folder.resolve("server");
    List<String> words = List.of("server", "--data-dir=" + data, "--disable-agent", "--port=0");
    try (Program server = Program.start(launcher, log, SERVES, words)) {
      String kubeconfig = "--kubeconfig=" + data.resolve("admin.kubeconfig");
      run("create", kubeconfig, "-f", maps().toString());
      atRest("server with " + OBJECTS + " objects", server);
      agent(data, kubeconfig);
    }
  }

  private void agent(Path server, String kubeconfig) throws IOException, InterruptedException {
    Path data = folder.resolve("agent");
    run("image", "import", "--busybox", "--data-dir=" + data);
    String made =
        run("token", "create", "--print-join-command", "--data-dir=" + server)
            .lines()
            .filter(line -> line.startsWith("wherry agent"))
            .findFirst()
            .orElseThrow();
    List<String> words = new ArrayList<>(List.of(made.split(" ")).subList(1, 6));
    words.addAll(List.of("--node-name=agent", "--data-dir=" + data, "--kubelet-port=0"));
    try (Program agent = Program.start(launcher, log, JOINED, words)) {
      atRest("agent", agent);
      run("create", kubeconfig, "-f", pods().toString());
      awaitRunning(kubeconfig);
      atRest("agent with " + PODS + " pods", agent);
      run("delete", kubeconfig, "pods", "--all", "--grace-period=1");
    }
    run("delete", "--yes", "--data-dir=" + data);
  }

  private void awaitRunning(String kubeconfig) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(COMMAND_SECONDS_MAX).toNanos();
    String shown = "";
    while (shown.lines().filter(line -> line.contains(" Running ")).count() < PODS) {
      if (System.nanoTime() > end) {
        throw new IOException("the pods do not run: " + shown);
      }
      shown = run("get", kubeconfig, "pods", "--no-headers");
    }
  }

  private static void atRest(String what, Program program)
      throws IOException, InterruptedException {
    Thread.sleep(SETTLE);
    Duration before = program.cpu();
    Thread.sleep(IDLE);
    System.out.printf(
        Locale.ROOT,
        "%s at rest: PSS %d MiB, CPU %d ms in %d s%n",
        what,
        program.pssMib(),
        program.cpu().minus(before).toMillis(),
        IDLE.toSeconds());
  }

  private Path maps() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < OBJECTS; i++) {
      text.append("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: map-")
          .append(i)
          .append("}\ndata: {value: \"")
          .append("x".repeat(1_000))
          .append("\"}\n");
    }
    return Files.writeString(folder.resolve("maps.yaml"), text);
  }

  private Path pods() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < PODS; i++) {
      text.append("---\napiVersion: v1\nkind: Pod\nmetadata: {name: pod-")
          .append(i)
          .append("}\nspec:\n  containers:\n  - {name: c, image: busybox,")
          .append(" args: [sleep, \"100000\"]}\n");
    }
    return Files.writeString(folder.resolve("pods.yaml"), text);
  }

  /** A command of the program that must succeed; what it printed. */
  private String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(command + ": " + text);
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
