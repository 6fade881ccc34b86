package dev.wherry.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A cluster of one node: the program itself with a data directory of its own and ports that were
 * free. Needs root. Closing it ends the pods and removes the directory.
 */
public final class Cluster implements AutoCloseable {
  private static final int PORTS_FROM = 20_000;
  private static final int PORTS_BEFORE = 30_000;

  private final Path data;
  private final List<String> settings;
  private final Program starter;
  private final Program wherry;

  private Cluster(Path data, List<String> settings, Program starter, Program wherry) {
    this.data = data;
    this.settings = settings;
    this.starter = starter;
    this.wherry = wherry;
  }

  /** Starts one, and returns when its node is Ready. */
  public static Cluster start(List<String> flags, Map<String, String> environment)
      throws IOException, InterruptedException {
    return start(List.of(), flags, environment);
  }

  /**
   * Starts one, and returns when its node is Ready.
   *
   * @param wrapper a program that starts the program it is given, such as nsenter; may be empty
   * @param flags of {@code wherry up}, such as {@code --runtime=docker}
   * @param environment of the server
   */
  public static Cluster start(
      List<String> wrapper, List<String> flags, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "wherry-cluster");
    List<String> settings = new ArrayList<>(List.of("--data-dir=" + data));
    settings.add("--port=" + freePort());
    settings.add("--kubelet-port=" + freePort());
    settings.addAll(flags);
    Map<String, String> all = new java.util.HashMap<>(environment);
    all.put("KUBECONFIG", data.resolve("admin.kubeconfig").toString());
    all.put("HOME", data.toString());
    String launcher = Program.launcher().toString();
    List<String> wrapped = new ArrayList<>(wrapper);
    wrapped.add(launcher);
    Cluster cluster =
        new Cluster(data, settings, new Program(wrapped, all), new Program(List.of(launcher), all));
    try {
      cluster.up();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Below those that the kernel gives to connections: nobody takes it before the server does. */
  private static int freePort() {
    Random random = new Random();
    while (true) {
      int port = random.nextInt(PORTS_FROM, PORTS_BEFORE);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // Another one, then.
      }
    }
  }

  /** Starts the server where it does not run, with the flags it had. */
  public void up() throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("up"));
    arguments.addAll(settings);
    starter.run(arguments.toArray(String[]::new)).orThrow();
  }

  /** The program as its users call it, with this cluster's kubeconfig. */
  public Program wherry() {
    return wherry;
  }

  /** A kubectl with this cluster's kubeconfig. */
  public Program kubectl(Path binary) {
    return new Program(List.of(binary.toString()), wherry.environment());
  }

  /** The administrator's kubeconfig. */
  public Path kubeconfig() {
    return data.resolve("admin.kubeconfig");
  }

  public Path dataDirectory() {
    return data;
  }

  /** The server's process. */
  public ProcessHandle server() throws IOException {
    return dev.wherry.cli.cluster.Instance.find(data)
        .orElseThrow(() -> new IOException("no server runs on " + data))
        .process();
  }

  /** Ends the server with SIGKILL and waits until it is gone. */
  public void kill() throws IOException {
    ProcessHandle server = server();
    server.destroyForcibly();
    server.onExit().join();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    wherry.run("delete", "--yes", "--data-dir=" + data).orThrow();
  }
}
